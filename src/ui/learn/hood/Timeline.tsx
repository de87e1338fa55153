import { milliseconds } from '../../format';
import { useWords } from '../language';
import { fill } from '../markup';
import { COLUMNS, type KernelRow, phasesOf, rowsIn, type Stretch, type ToldProfile } from './profile';
import styles from './Timeline.module.css';

interface Props {
  profile: ToldProfile;
  /** The phase that is looked at; null for the whole step. */
  phase: Stretch['name'] | null;
  onPhase(phase: Stretch['name'] | null): void;
  /** The kernel that is looked at. */
  kernel: string | null;
  onKernel(name: string): void;
}

/** Every dispatch of the step: a row a kernel, the longest first. */
export function Timeline({ profile, phase, onPhase, kernel, onKernel }: Props) {
  const { hood } = useWords();
  const phases = phasesOf(profile);
  const whole = { from: 0, to: Math.max(...phases.map(({ to }) => to)) };
  const stretch = phases.find(({ name }) => name === phase) ?? whole;
  const rows = rowsIn(profile, stretch);
  return (
    <>
      <fieldset className={styles.phases}>
        <legend>{hood.stretch}</legend>
        <button type="button" aria-pressed={phase === null} onClick={() => onPhase(null)}>
          {hood.whole} {milliseconds(whole.to)}
        </button>
        {phases.map(({ name, from, to }) => (
          <button key={name} type="button" aria-pressed={phase === name} onClick={() => onPhase(name)}>
            {hood.phases[name]} {milliseconds(to - from)}
          </button>
        ))}
      </fieldset>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key */}
      <section className={styles.scroll} tabIndex={0} aria-label={hood.timeline}>
        <table className={styles.timeline}>
          <thead>
            <tr>
              <th scope="col">{hood.kernel}</th>
              <th scope="col">{fill(hood.time, { ms: milliseconds(stretch.to - stretch.from) })}</th>
              <th scope="col" data-right>
                {hood.sum}
              </th>
              <th scope="col" data-right>
                {hood.dispatches}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.name} row={row} chosen={row.name === kernel} onChoose={() => onKernel(row.name)} />
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

function Row({ row, chosen, onChoose }: { row: KernelRow; chosen: boolean; onChoose(): void }) {
  return (
    <tr data-chosen={chosen}>
      <th scope="row">
        <button type="button" aria-pressed={chosen} onClick={onChoose}>
          {row.name}
        </button>
      </th>
      <td>
        <svg viewBox={`0 0 ${COLUMNS} 1`} preserveAspectRatio="none" aria-hidden="true">
          <path d={row.path} />
        </svg>
      </td>
      <td data-number data-right>
        {milliseconds(row.ms)}
      </td>
      <td data-number data-right>
        {row.dispatches}
      </td>
    </tr>
  );
}
