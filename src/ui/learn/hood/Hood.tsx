import { type ReactNode, useEffect, useState } from 'react';
import { download } from '../../download';
import { Region } from '../../Region';
import { unless } from '../../unless';
import { useBench } from '../bench';
import { Failure } from '../Failure';
import { useWords } from '../language';
import { fill } from '../markup';
import { Doing } from '../Origin';
import styles from './Hood.module.css';
import { KernelView } from './KernelView';
import { MemoryPicture } from './MemoryPicture';
import { OwnShape } from './OwnShape';
import { fileOf, measureOwn, openProfile, type Stretch, type ToldProfile, useProfile } from './profile';
import { Tensors } from './Tensors';
import { Timeline } from './Timeline';

/** The step as the device sees it: its programs by time, their formulas and code, their memory, and the numbers inside. */
export default function Hood() {
  const { hood } = useWords();
  const profile = useProfile((s) => s.profile);
  useEffect(() => void openProfile(), []);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
    <section className={styles.hood} aria-label={hood.title} tabIndex={0}>
      <article>
        <h2>{hood.title}</h2>
        <p>{hood.body}</p>
        <Part title={hood.kernels}>
          <Measured />
          {profile && <Kernels key={profile.device + profile.kernel.length} profile={profile} />}
        </Part>
        <Part title={hood.memory}>{profile && <MemoryPicture profile={profile} />}</Part>
        <Part title={hood.shape}>
          <p>{hood.shapeBody}</p>
          <OwnShape />
        </Part>
        <Part title={hood.tensors}>
          <p>{hood.tensorsBody}</p>
          <Tensors />
        </Part>
      </article>
    </section>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.part}>
      <h3>{title}</h3>
      <Region name={title}>{children}</Region>
    </section>
  );
}

/** Where the measurement comes from, and the way to one of this device. */
function Measured() {
  const { hood, bench } = useWords();
  const { origin, profile, failure } = useProfile();
  const { busy, engine } = useBench();
  const whyNot = useBench((s) => s.failure);
  const possible = 'gpu' in navigator && engine.state !== 'unavailable';
  return (
    <div className={styles.measured}>
      {profile && (
        <p>
          {fill(origin === 'live' ? hood.live : hood.recorded, { device: profile.device })}{' '}
          {profile.clock === 'host' ? hood.hostClock : hood.deviceClock}
        </p>
      )}
      {possible ? (
        <button type="button" {...unless(busy ? bench.busy : null)} onClick={() => void measureOwn()}>
          {hood.measure}
        </button>
      ) : (
        <p>{bench.noGpu}</p>
      )}
      {profile && origin === 'live' && (
        <button type="button" onClick={() => download('step-profile.json', fileOf(profile), 'application/json')}>
          {hood.keep}
        </button>
      )}
      {busy && <Doing />}
      <Failure why={failure ?? whyNot} />
    </div>
  );
}

function Kernels({ profile }: { profile: ToldProfile }) {
  const [phase, setPhase] = useState<Stretch['name'] | null>(null);
  const [name, setName] = useState(profile.kernels.find((kernel) => kernel.name === 'rms-norm-forward')?.name ?? null);
  const kernel = profile.kernels.find((one) => one.name === name) ?? profile.kernels[0];
  return (
    <>
      <Timeline profile={profile} phase={phase} onPhase={setPhase} kernel={kernel.name} onKernel={setName} />
      <KernelView key={kernel.name} name={kernel.name} code={kernel.code} />
    </>
  );
}
