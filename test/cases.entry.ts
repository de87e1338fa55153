/** What public cases of real inputs are tried on: the functions by which the product reads, grades and renders. */
export { chatTemplate } from '../src/data/chat';
export { finalAnswer, sameAnswer } from '../src/data/maths';
export { supervisedExample } from '../src/data/supervised';
export { answer as symbolic } from '../src/data/symbolic/answer';
export { readTokenizer } from '../src/data/tokenizer';
export { openConversations } from '../src/library/open-conversations';
export { openTask } from '../src/library/open-task';
export { examplesFor, previewExamples } from '../src/runs/sft-examples';
export { readConversations, readProblems } from './setup/data';
