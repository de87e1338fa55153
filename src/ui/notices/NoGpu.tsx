import { useLab } from '../state/store';
import styles from './Notices.module.css';

const WAYS: readonly [string, string][] = [
  [
    'Chrome, Edge',
    'Version 113 or later on Windows, macOS and ChromeOS. Check chrome://gpu: “WebGPU: Hardware accelerated”. If it is off, allow graphics acceleration in the settings under System.',
  ],
  [
    'Firefox',
    'Version 141 or later on Windows, 145 or later on Macs with Apple silicon. Elsewhere use Firefox Nightly and set dom.webgpu.enabled in about:config.',
  ],
  [
    'Safari',
    'Version 26 or later on macOS, iOS and iPadOS. In Safari 18, switch WebGPU on under Develop, Feature Flags.',
  ],
  [
    'Linux',
    'Start Chrome with --enable-unsafe-webgpu --enable-features=Vulkan and a Vulkan driver for the GPU. Without a GPU, --use-webgpu-adapter=swiftshader runs it slowly on the processor.',
  ],
  ['Phone', 'Android 12 or later with Chrome 121 or later; iPhone and iPad with iOS 26 or later.'],
];

/** What is missing and how to get it, browser by browser. The recorded run plays all the same. */
export function NoGpu() {
  const engine = useLab((s) => s.engine);
  if (engine.state !== 'unavailable') return null;
  return (
    <section className={styles.noGpu} aria-label="WebGPU is missing">
      <p>
        <strong>Training needs WebGPU, which this browser does not offer here.</strong> {engine.reason} Recorded and
        stored runs can be replayed all the same.
      </p>
      <details>
        <summary>How to get it</summary>
        <dl className={styles.ways}>
          {WAYS.map(([browser, way]) => (
            <div key={browser}>
              <dt>{browser}</dt>
              <dd>{way}</dd>
            </div>
          ))}
        </dl>
        <p>WebGPU is also withheld from pages that are served neither by https nor from localhost.</p>
      </details>
    </section>
  );
}
