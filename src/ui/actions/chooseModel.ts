import { confirmModel } from '../models/shelf';
import { changeSetting } from './changeSetting';

/** The person chose a model: the form names it, and its source may be asked what it is. */
export function chooseModel(name: string): void {
  confirmModel(name);
  changeSetting('model', name);
}
