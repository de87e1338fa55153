/** The judge's Worker with a question on which it hangs. */
import './endless';
import '../../../src/data/symbolic/worker.browser';
