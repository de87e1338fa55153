/** Runs before the first paint, as a script of its own: the first screen has the theme that was chosen and names the page. */
import { pageOf } from '../route';
import { rememberedTheme, showTheme } from '../theme';

showTheme(rememberedTheme());
document.querySelector(`#root a[href="#${pageOf(location.hash)}"]`)?.setAttribute('aria-current', 'page');
