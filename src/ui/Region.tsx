/** A part of the page whose fault stays its own: the other parts go on. */
import { Component, type ReactNode } from 'react';
import { visible } from '../data/visible';
import styles from './notices/Notices.module.css';

interface Props {
  /** What it is called, as a person would. */
  readonly name: string;
  readonly children: ReactNode;
  /** What is to be done before it is drawn again. */
  readonly onAgain?: () => void;
}

const FINE: { readonly cause: string | null } = { cause: null };

/** Draws its children; where that fails, the cause and a way to draw them again. React has this as a class only. */
export class Region extends Component<Props, typeof FINE> {
  override state = FINE;

  static getDerivedStateFromError(error: unknown): typeof FINE {
    return { cause: error instanceof Error ? error.message : String(error) };
  }

  private readonly again = (): void => {
    this.props.onAgain?.();
    this.setState(FINE);
  };

  override render(): ReactNode {
    const { cause } = this.state;
    if (cause === null) return this.props.children;
    return (
      <div className={styles.region} role="alert">
        <p>
          <strong>{this.props.name} cannot be shown.</strong> {visible(cause)} The rest of the page goes on.
        </p>
        <button type="button" onClick={this.again}>
          Try again
        </button>
      </div>
    );
  }
}
