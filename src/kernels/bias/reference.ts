/** The gradient of a bias that was added to every row: the column sums of dy (N,C). */
export { sumRows as biasGradient } from '../sum-rows/reference';
