import app from '../App.module.css';
import header from '../header/Header.module.css';
import { Masthead } from '../header/Masthead';

/**
 * What stands on screen until the program does, written into the built page (scripts/first-screen.mjs): the same parts in the
 * same places, so that nothing moves. Nothing works yet: it is inert.
 */
export function FirstScreen() {
  return (
    <div className={app.page} inert>
      <header className={`${header.header} ${header.first}`} lang="en">
        <Masthead />
      </header>
      <p className={app.opening}>Opening the lab …</p>
    </div>
  );
}
