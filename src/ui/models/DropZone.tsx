import { useEffect, useState } from 'react';
import type { PlacedFile } from '../../library/sources/dropped';
import styles from './DropZone.module.css';
import { droppedFiles } from './gather';

/** The whole page takes files; while some are held over it, it says what it would do with them. */
export function DropZone({ onFiles }: { onFiles(files: PlacedFile[]): void }) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const withFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
    const onOver = (event: DragEvent): void => {
      if (!withFiles(event)) return;
      event.preventDefault(); // says that a drop is welcome
      setOver(true);
    };
    const onLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent): void => {
      setOver(false);
      if (!withFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      void droppedFiles(event.dataTransfer).then(onFiles);
    };
    addEventListener('dragover', onOver);
    addEventListener('dragleave', onLeave);
    addEventListener('drop', onDrop);
    return () => {
      removeEventListener('dragover', onOver);
      removeEventListener('dragleave', onLeave);
      removeEventListener('drop', onDrop);
    };
  }, [onFiles]);
  if (!over) return null;
  return (
    <div className={styles.zone}>
      <p>Drop a model’s folder, a .gguf file, an adapter, or a file of problems. They stay on this computer.</p>
    </div>
  );
}
