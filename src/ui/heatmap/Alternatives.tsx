import type { Alternative } from '../../runs/events';
import styles from './Alternatives.module.css';
import { Probabilities } from './Probabilities';

const SHOWN = 5;

interface Props {
  student: readonly Alternative[] | undefined;
  teacher: readonly Alternative[] | undefined;
  chosen: string;
}

/** What student and teacher would rather have said here, by probability. */
export function Alternatives({ student, teacher, chosen }: Props) {
  if (!student || !teacher)
    return (
      <p className={styles.none}>
        The top alternatives are known only while a run is live; stored runs do not keep them.
      </p>
    );
  return (
    <div className={styles.pair}>
      <Probabilities title="Student’s top tokens" rows={student.slice(0, SHOWN)} chosen={chosen} />
      <Probabilities title="Teacher’s top tokens" rows={teacher.slice(0, SHOWN)} chosen={chosen} />
    </div>
  );
}
