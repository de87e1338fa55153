/** Every operation with cases. The matrix products stand apart: they are run once per variant. */
import { ADAMW } from '../adamw/cases';
import { ATTENTION } from '../attention/cases';
import { BIAS } from '../bias/cases';
import { DIVERGENCE } from '../divergence/cases';
import { DROPOUT } from '../dropout/cases';
import { EMA } from '../ema/cases';
import { EMBEDDING } from '../embedding/cases';
import { KV_CACHE } from '../kv-cache/cases';
import { LOGPROB } from '../logprob/cases';
import { QK_NORM_ROPE } from '../qk-norm-rope/cases';
import { RMS_NORM } from '../rms-norm/cases';
import { ROPE } from '../rope/cases';
import { SAMPLE } from '../sample/cases';
import { SUM_ROWS } from '../sum-rows/cases';
import { SWIGLU } from '../swiglu/cases';
import type { Operation } from './case';

export const OPERATIONS: readonly Operation[] = [
  EMBEDDING,
  RMS_NORM,
  QK_NORM_ROPE,
  ROPE,
  ATTENTION,
  SWIGLU,
  LOGPROB,
  DIVERGENCE,
  DROPOUT,
  BIAS,
  SUM_ROWS,
  ADAMW,
  EMA,
  KV_CACHE,
  SAMPLE,
];
