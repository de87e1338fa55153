;; Packs f32 weights to q8 and q4 exactly as quantise.ts does, formula by formula, in float64 where that does; four or two
;; values at a time. pack-wasm.ts holds this as bytes (scripts/wat.mjs).
;;   q8, q4 (groups, in, out, scales, narrow): groups of 32 f32 at in, or of bfloat16 where narrow is 1; they give the bits of the
;;   largest |w|, which tell a NaN or infinity; q8 gives all bits where a scale is subnormal, which is left to quantise.ts
;;   Both look at a group in f32 first, and take what is certain then; what is near a tie or a middle is computed in float64.
(module
  (memory (export "memory") 1)
  ;; 0: the words of a grid; then what would be made anew in each round of a loop: 16, 32, 48: pairs of 15, 1/2 and 16; 64, 80, 96: fours
  ;; of 15 and 2^23, and 1, 16, … as halves
  (data (i32.const 16) "\00\00\00\00\00\00\2e\40\00\00\00\00\00\00\2e\40" "\00\00\00\00\00\00\e0\3f\00\00\00\00\00\00\e0\3f" "\00\00\00\00\00\00\30\40\00\00\00\00\00\00\30\40"
    "\00\00\70\41\00\00\70\41\00\00\70\41\00\00\70\41" "\00\00\00\4b\00\00\00\4b\00\00\00\4b\00\00\00\4b"
    "\01\00\10\00\01\00\10\00\01\00\10\00\01\00\10\00")

  ;; 128: a group of bfloat16 as f32; gives that place.
  (func $widened (param $raw i32) (result i32)
    (local $v v128)
    (local.set $v (v128.load (local.get $raw)))
    (v128.store offset=128 (i32.const 0) (i32x4.shl (i32x4.extend_low_i16x8_u (local.get $v)) (i32.const 16)))
    (v128.store offset=144 (i32.const 0) (i32x4.shl (i32x4.extend_high_i16x8_u (local.get $v)) (i32.const 16)))
    (local.set $v (v128.load offset=16 (local.get $raw)))
    (v128.store offset=160 (i32.const 0) (i32x4.shl (i32x4.extend_low_i16x8_u (local.get $v)) (i32.const 16)))
    (v128.store offset=176 (i32.const 0) (i32x4.shl (i32x4.extend_high_i16x8_u (local.get $v)) (i32.const 16)))
    (local.set $v (v128.load offset=32 (local.get $raw)))
    (v128.store offset=192 (i32.const 0) (i32x4.shl (i32x4.extend_low_i16x8_u (local.get $v)) (i32.const 16)))
    (v128.store offset=208 (i32.const 0) (i32x4.shl (i32x4.extend_high_i16x8_u (local.get $v)) (i32.const 16)))
    (local.set $v (v128.load offset=48 (local.get $raw)))
    (v128.store offset=224 (i32.const 0) (i32x4.shl (i32x4.extend_low_i16x8_u (local.get $v)) (i32.const 16)))
    (v128.store offset=240 (i32.const 0) (i32x4.shl (i32x4.extend_high_i16x8_u (local.get $v)) (i32.const 16)))
    (i32.const 128))

  ;; The largest of four integers.
  (func $most (param $v v128) (result i32)
    (local.set $v (i32x4.max_s (local.get $v) (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $v) (local.get $v))))
    (i32x4.extract_lane 0
      (i32x4.max_s (local.get $v) (i8x16.shuffle 4 5 6 7 0 1 2 3 12 13 14 15 8 9 10 11 (local.get $v) (local.get $v)))))

  ;; The bits of the largest |w| of a group: sizes compare as their bits do.
  (func $largest (param $in i32) (result i32)
    (local $m v128) (local $bits v128) (local $end i32)
    (local.set $bits (i32x4.splat (i32.const 0x7fffffff)))
    (local.set $end (i32.add (local.get $in) (i32.const 128)))
    (loop $more
      (local.set $m (i32x4.max_s (local.get $m) (v128.and (v128.load (local.get $in)) (local.get $bits))))
      (local.set $m (i32x4.max_s (local.get $m) (v128.and (v128.load offset=16 (local.get $in)) (local.get $bits))))
      (local.set $m (i32x4.max_s (local.get $m) (v128.and (v128.load offset=32 (local.get $in)) (local.get $bits))))
      (local.set $m (i32x4.max_s (local.get $m) (v128.and (v128.load offset=48 (local.get $in)) (local.get $bits))))
      (local.set $in (i32.add (local.get $in) (i32.const 64)))
      (br_if $more (i32.lt_u (local.get $in) (local.get $end))))
    (call $most (local.get $m)))

  ;; 128 + the integers nearest to four quotients, upwards from the middle (`rounded` of quantise.ts).
  (func $rounded (param $v v128) (param $inverse v128) (result v128)
    (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
      (i32x4.trunc_sat_f64x2_s_zero
        (f64x2.add
          (f64x2.mul (f64x2.promote_low_f32x4 (local.get $v)) (local.get $inverse))
          (v128.const f64x2 0x1.010000000002p+7 0x1.010000000002p+7)))
      (i32x4.trunc_sat_f64x2_s_zero
        (f64x2.add
          (f64x2.mul
            (f64x2.promote_low_f32x4
              (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $v) (local.get $v)))
            (local.get $inverse))
          (v128.const f64x2 0x1.010000000002p+7 0x1.010000000002p+7)))))

  ;; Sixteen values as bytes.
  (func $bytes (param $in i32) (param $inverse v128) (result v128)
    (v128.xor
      (i8x16.splat (i32.const 0x80))
      (i8x16.narrow_i16x8_u
        (i16x8.narrow_i32x4_u
          (call $rounded (v128.load (local.get $in)) (local.get $inverse))
          (call $rounded (v128.load offset=16 (local.get $in)) (local.get $inverse)))
        (i16x8.narrow_i32x4_u
          (call $rounded (v128.load offset=32 (local.get $in)) (local.get $inverse))
          (call $rounded (v128.load offset=48 (local.get $in)) (local.get $inverse))))))

  ;; A group's 32 bytes to out, by f32: 1 where all are certain. Quotients are off by 2^-16 at most; 1.5 times 2^23 more leaves an
  ;; integer in the lowest bits. $far: how far the farthest was from its integer.
  (func $near (param $in i32) (param $out i32) (param $r v128) (result i32)
    (local $shift v128) (local $abs v128) (local $far v128) (local $end i32)
    (local $x v128) (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $shift (f32x4.splat (f32.const 0x1.8p23)))
    (local.set $abs (i32x4.splat (i32.const 0x7fffffff)))
    (local.set $end (i32.add (local.get $in) (i32.const 128)))
    (loop $more
      (local.set $x (f32x4.mul (v128.load offset=0 (local.get $in)) (local.get $r)))
      (local.set $a (f32x4.add (local.get $x) (local.get $shift)))
      (local.set $far
        (f32x4.pmax (local.get $far)
          (v128.and (f32x4.sub (local.get $x) (f32x4.sub (local.get $a) (local.get $shift))) (local.get $abs))))
      (local.set $x (f32x4.mul (v128.load offset=16 (local.get $in)) (local.get $r)))
      (local.set $b (f32x4.add (local.get $x) (local.get $shift)))
      (local.set $far
        (f32x4.pmax (local.get $far)
          (v128.and (f32x4.sub (local.get $x) (f32x4.sub (local.get $b) (local.get $shift))) (local.get $abs))))
      (local.set $x (f32x4.mul (v128.load offset=32 (local.get $in)) (local.get $r)))
      (local.set $c (f32x4.add (local.get $x) (local.get $shift)))
      (local.set $far
        (f32x4.pmax (local.get $far)
          (v128.and (f32x4.sub (local.get $x) (f32x4.sub (local.get $c) (local.get $shift))) (local.get $abs))))
      (local.set $x (f32x4.mul (v128.load offset=48 (local.get $in)) (local.get $r)))
      (local.set $d (f32x4.add (local.get $x) (local.get $shift)))
      (local.set $far
        (f32x4.pmax (local.get $far)
          (v128.and (f32x4.sub (local.get $x) (f32x4.sub (local.get $d) (local.get $shift))) (local.get $abs))))
      (v128.store (local.get $out)
        (i8x16.narrow_i16x8_s
          (i16x8.narrow_i32x4_s
            (i32x4.sub (local.get $a) (local.get $shift)) (i32x4.sub (local.get $b) (local.get $shift)))
          (i16x8.narrow_i32x4_s
            (i32x4.sub (local.get $c) (local.get $shift)) (i32x4.sub (local.get $d) (local.get $shift)))))
      (local.set $out (i32.add (local.get $out) (i32.const 16)))
      (local.set $in (i32.add (local.get $in) (i32.const 64)))
      (br_if $more (i32.lt_u (local.get $in) (local.get $end))))
    (i32.eqz (v128.any_true (f32x4.gt (local.get $far) (f32x4.splat (f32.const 0x1.fffp-2)))))) ;; 1/2 - 2^-14

  (func (export "q8") (param $groups i32) (param $at i32) (param $out i32) (param $scales i32) (param $narrow i32) (result i32)
    (local $all i32) (local $own i32) (local $in i32) (local $scale f32) (local $inverse v128)
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $groups)))
        (local.set $in (if (result i32) (local.get $narrow) (then (call $widened (local.get $at))) (else (local.get $at))))
        (local.set $own (call $largest (local.get $in)))
        (if (i32.gt_u (local.get $own) (local.get $all)) (then (local.set $all (local.get $own))))
        ;; the quotient in float64, rounded to f32, is the one in f32
        (local.set $scale (f32.div (f32.reinterpret_i32 (local.get $own)) (f32.const 127)))
        ;; of a scale with few bits quotients may be above 127
        (if (i32.and (f32.gt (local.get $scale) (f32.const 0)) (f32.lt (local.get $scale) (f32.const 0x1p-126)))
          (then (return (i32.const 0x7fffffff))))
        (f32.store (local.get $scales) (local.get $scale))
        (if (f32.eq (local.get $scale) (f32.const 0))
          (then
            (v128.store (local.get $out) (v128.const i64x2 0 0))
            (v128.store offset=16 (local.get $out) (v128.const i64x2 0 0)))
          (else
            (if (i32.eqz (call $near (local.get $in) (local.get $out) (f32x4.splat (f32.div (f32.const 1) (local.get $scale)))))
              (then
                (local.set $inverse (f64x2.splat (f64.div (f64.const 1) (f64.promote_f32 (local.get $scale)))))
                (v128.store (local.get $out) (call $bytes (local.get $in) (local.get $inverse)))
                (v128.store offset=16 (local.get $out)
                  (call $bytes (i32.add (local.get $in) (i32.const 64)) (local.get $inverse)))))))
        (local.set $groups (i32.sub (local.get $groups) (i32.const 1)))
        (local.set $at (i32.add (local.get $at) (i32.shr_u (i32.const 128) (local.get $narrow))))
        (local.set $out (i32.add (local.get $out) (i32.const 32)))
        (local.set $scales (i32.add (local.get $scales) (i32.const 4)))
        (br $more)))
    (local.get $all))

  ;; Bits of the nearest IEEE half, ties to even (`halfOf` of quantise.ts).
  (func $half (param $x f32) (result i32)
    (local $sign i32) (local $rest i32)
    (local.set $rest (i32.reinterpret_f32 (local.get $x)))
    (local.set $sign (i32.and (i32.shr_u (local.get $rest) (i32.const 16)) (i32.const 0x8000)))
    (local.set $rest (i32.and (local.get $rest) (i32.const 0x7fffffff)))
    (if (i32.ge_u (local.get $rest) (i32.const 0x47800000))
      (then
        (return (i32.or (local.get $sign)
          (select (i32.const 0x7e00) (i32.const 0x7c00) (i32.gt_u (local.get $rest) (i32.const 0x7f800000)))))))
    (if (i32.ge_u (local.get $rest) (i32.const 0x38800000))
      (then
        (return (i32.or (local.get $sign)
          (i32.shr_u
            (i32.add
              (i32.add (i32.sub (local.get $rest) (i32.const 0x38000000)) (i32.const 0xfff))
              (i32.and (i32.shr_u (local.get $rest) (i32.const 13)) (i32.const 1)))
            (i32.const 13))))))
    (i32.or (local.get $sign)
      (i32.sub
        (i32.reinterpret_f32 (f32.add (f32.reinterpret_i32 (local.get $rest)) (f32.const 0.5)))
        (i32.const 0x3f000000))))

  ;; The first of a group's values that equals x; of the least, 0 comes with the sign of its first.
  (func $first (param $in i32) (param $x f32) (result f32)
    (local $v f32)
    (loop $more
      (local.set $v (f32.load (local.get $in)))
      (if (f32.eq (local.get $v) (local.get $x)) (then (return (local.get $v))))
      (local.set $in (i32.add (local.get $in) (i32.const 4)))
      (br $more))
    unreachable)

  ;; The first of a group's values that are farthest from zero.
  (func $extreme (param $in i32) (param $least f32) (param $most f32) (result f32)
    (local $v f32)
    (if (f32.gt (f32.neg (local.get $least)) (local.get $most)) (then (return (local.get $least))))
    (if (f32.gt (local.get $most) (f32.neg (local.get $least))) (then (return (local.get $most))))
    (loop $more
      (local.set $v (f32.load (local.get $in)))
      (if (f32.eq (f32.abs (local.get $v)) (local.get $most)) (then (return (local.get $v))))
      (local.set $in (i32.add (local.get $in) (i32.const 4)))
      (br $more))
    unreachable)

  ;; The least and the largest of a group, a zero with any sign; a NaN counts as beyond infinity. Numbers compare as integers do
  ;; once the lower bits of the negative ones are turned round; of what is largest the complement is least.
  (func $ends16 (param $low v128) (param $high v128) (result f32 f32)
    (local $v v128) (local $k i32)
    (local.set $high (v128.not (local.get $high)))
    (local.set $v
      (i16x8.min_s
        (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $low) (local.get $high))
        (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $low) (local.get $high))))
    (local.set $v (i16x8.min_s (local.get $v) (i8x16.shuffle 4 5 6 7 0 1 2 3 12 13 14 15 8 9 10 11 (local.get $v) (local.get $v))))
    (local.set $v (i16x8.min_s (local.get $v) (i8x16.shuffle 2 3 0 1 6 7 4 5 10 11 8 9 14 15 12 13 (local.get $v) (local.get $v))))
    (local.set $k (i16x8.extract_lane_s 0 (local.get $v)))
    (f32.reinterpret_i32
      (i32.shl
        (i32.xor (local.get $k) (i32.and (i32.shr_s (local.get $k) (i32.const 31)) (i32.const 0x7fff)))
        (i32.const 16)))
    (local.set $k (i32.xor (i16x8.extract_lane_s 4 (local.get $v)) (i32.const -1)))
    (f32.reinterpret_i32
      (i32.shl
        (i32.xor (local.get $k) (i32.and (i32.shr_s (local.get $k) (i32.const 31)) (i32.const 0x7fff)))
        (i32.const 16))))

  ;; Of a group of bfloat16, which is left at 128 as f32.
  (func $narrowSpan (param $raw i32) (result f32 f32)
    (local $v v128) (local $low v128) (local $high v128)
    (local.set $v (v128.load (local.get $raw)))
    (v128.store offset=128 (i32.const 0) (i32x4.shl (i32x4.extend_low_i16x8_u (local.get $v)) (i32.const 16)))
    (v128.store offset=144 (i32.const 0) (i32x4.shl (i32x4.extend_high_i16x8_u (local.get $v)) (i32.const 16)))
    (local.set $v
      (v128.xor (local.get $v) (i16x8.shr_u (i16x8.shr_s (local.get $v) (i32.const 15)) (i32.const 1))))
    (local.set $low (local.get $v))
    (local.set $high (local.get $v))
    (local.set $v (v128.load offset=16 (local.get $raw)))
    (v128.store offset=160 (i32.const 0) (i32x4.shl (i32x4.extend_low_i16x8_u (local.get $v)) (i32.const 16)))
    (v128.store offset=176 (i32.const 0) (i32x4.shl (i32x4.extend_high_i16x8_u (local.get $v)) (i32.const 16)))
    (local.set $v
      (v128.xor (local.get $v) (i16x8.shr_u (i16x8.shr_s (local.get $v) (i32.const 15)) (i32.const 1))))
    (local.set $low (i16x8.min_s (local.get $low) (local.get $v)))
    (local.set $high (i16x8.max_s (local.get $high) (local.get $v)))
    (local.set $v (v128.load offset=32 (local.get $raw)))
    (v128.store offset=192 (i32.const 0) (i32x4.shl (i32x4.extend_low_i16x8_u (local.get $v)) (i32.const 16)))
    (v128.store offset=208 (i32.const 0) (i32x4.shl (i32x4.extend_high_i16x8_u (local.get $v)) (i32.const 16)))
    (local.set $v
      (v128.xor (local.get $v) (i16x8.shr_u (i16x8.shr_s (local.get $v) (i32.const 15)) (i32.const 1))))
    (local.set $low (i16x8.min_s (local.get $low) (local.get $v)))
    (local.set $high (i16x8.max_s (local.get $high) (local.get $v)))
    (local.set $v (v128.load offset=48 (local.get $raw)))
    (v128.store offset=224 (i32.const 0) (i32x4.shl (i32x4.extend_low_i16x8_u (local.get $v)) (i32.const 16)))
    (v128.store offset=240 (i32.const 0) (i32x4.shl (i32x4.extend_high_i16x8_u (local.get $v)) (i32.const 16)))
    (local.set $v
      (v128.xor (local.get $v) (i16x8.shr_u (i16x8.shr_s (local.get $v) (i32.const 15)) (i32.const 1))))
    (local.set $low (i16x8.min_s (local.get $low) (local.get $v)))
    (local.set $high (i16x8.max_s (local.get $high) (local.get $v)))
    (call $ends16 (local.get $low) (local.get $high)))

  ;; Of a group of f32.
  (func $span (param $in i32) (result f32 f32)
    (local $v v128) (local $low v128) (local $high v128) (local $end i32) (local $k i32)
    (local.set $low (i32x4.splat (i32.const 0x7fffffff)))
    (local.set $high (i32x4.splat (i32.const 0x80000000)))
    (local.set $end (i32.add (local.get $in) (i32.const 128)))
    (loop $more
      (local.set $v (v128.load (local.get $in)))
      (local.set $v
        (v128.xor (local.get $v) (i32x4.shr_u (i32x4.shr_s (local.get $v) (i32.const 31)) (i32.const 1))))
      (local.set $low (i32x4.min_s (local.get $low) (local.get $v)))
      (local.set $high (i32x4.max_s (local.get $high) (local.get $v)))
      (local.set $in (i32.add (local.get $in) (i32.const 16)))
      (br_if $more (i32.lt_u (local.get $in) (local.get $end))))
    (local.set $high (v128.not (local.get $high)))
    (local.set $v
      (i32x4.min_s
        (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $low) (local.get $high))
        (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $low) (local.get $high))))
    (local.set $v (i32x4.min_s (local.get $v) (i8x16.shuffle 4 5 6 7 0 1 2 3 12 13 14 15 8 9 10 11 (local.get $v) (local.get $v))))
    (local.set $k (i32x4.extract_lane 0 (local.get $v)))
    (f32.reinterpret_i32 (i32.xor (local.get $k) (i32.shr_u (i32.shr_s (local.get $k) (i32.const 31)) (i32.const 1))))
    (local.set $k (i32.xor (i32x4.extract_lane 2 (local.get $v)) (i32.const -1)))
    (f32.reinterpret_i32 (i32.xor (local.get $k) (i32.shr_u (i32.shr_s (local.get $k) (i32.const 31)) (i32.const 1)))))

  ;; Both of Q4's grids at once, a lane each: the free one first. The words of the better one go to out.
  (func $grids (param $in i32) (param $out i32) (param $s v128) (param $b v128) (result i32)
    (local $divisor v128) (local $w v128) (local $q v128) (local $error v128) (local $off v128)
    (local $fifteen v128) (local $half v128) (local $sixteen v128)
    (local $packed v128) (local $word v128) (local $place v128) (local $end i32) (local $to i32)
    (local.set $fifteen (v128.load (i32.const 16)))
    (local.set $half (v128.load (i32.const 32)))
    (local.set $sixteen (v128.load (i32.const 48)))
    ;; a scale of 0: every q is 0
    (local.set $divisor
      (v128.bitselect (v128.const f64x2 inf inf) (local.get $s) (f64x2.eq (local.get $s) (v128.const f64x2 0 0))))
    (local.set $end (i32.add (local.get $in) (i32.const 128)))
    (local.set $to (i32.const 0))
    (loop $words
      ;; eight q's as a number in base 16, the first lowest
      (local.set $word (v128.const f64x2 0 0))
      (local.set $place (v128.const f64x2 1 1))
      (loop $values
        (local.set $w (f64x2.promote_low_f32x4 (v128.load32_splat (local.get $in))))
        (local.set $q
          (f64x2.trunc
            (f64x2.pmin
              (local.get $fifteen)
              (f64x2.pmax
                (v128.const f64x2 0 0)
                (f64x2.add
                  (f64x2.div (f64x2.sub (local.get $w) (local.get $b)) (local.get $divisor))
                  (local.get $half))))))
        (local.set $off
          (f64x2.sub (f64x2.add (f64x2.mul (local.get $q) (local.get $s)) (local.get $b)) (local.get $w)))
        (local.set $error (f64x2.add (local.get $error) (f64x2.mul (local.get $off) (local.get $off))))
        (local.set $word (f64x2.add (local.get $word) (f64x2.mul (local.get $q) (local.get $place))))
        (local.set $place (f64x2.mul (local.get $place) (local.get $sixteen)))
        (local.set $in (i32.add (local.get $in) (i32.const 4)))
        (br_if $values (i32.and (local.get $in) (i32.const 28))))
      (local.set $packed (i32x4.trunc_sat_f64x2_u_zero (local.get $word)))
      ;; the free grid's words at out, the other's behind memory's first 16 bytes
      (v128.store32_lane 0 (i32.add (local.get $out) (local.get $to)) (local.get $packed))
      (v128.store32_lane 1 (local.get $to) (local.get $packed))
      (local.set $to (i32.add (local.get $to) (i32.const 4)))
      (br_if $words (i32.lt_u (local.get $in) (local.get $end))))
    (if (result i32) (f64.le (f64x2.extract_lane 0 (local.get $error)) (f64x2.extract_lane 1 (local.get $error)))
      (then (i32.const 1))
      (else
        (v128.store (local.get $out) (v128.load (i32.const 0)))
        (i32.const 0))))

  ;; The words of one grid, of two words a value each at a time.
  (func $exact (param $in i32) (param $out i32) (param $s v128) (param $b v128)
    (local $word v128) (local $place v128) (local $end i32)
    (local.set $end (i32.add (local.get $in) (i32.const 128)))
    (loop $words
      (local.set $word (v128.const f64x2 0 0))
      (local.set $place (v128.const f64x2 1 1))
      (loop $values
        (local.set $word
          (f64x2.add (local.get $word)
            (f64x2.mul (local.get $place)
              (f64x2.trunc
                (f64x2.pmin
                  (v128.load (i32.const 16))
                  (f64x2.pmax
                    (v128.const f64x2 0 0)
                    (f64x2.add
                      (f64x2.div
                        (f64x2.sub
                          (f64x2.promote_low_f32x4
                            (v128.load32_lane offset=32 1 (local.get $in) (v128.load32_splat (local.get $in))))
                          (local.get $b))
                        (local.get $s))
                      (v128.load (i32.const 32)))))))))
        (local.set $place (f64x2.mul (local.get $place) (v128.load (i32.const 48))))
        (local.set $in (i32.add (local.get $in) (i32.const 4)))
        (br_if $values (i32.and (local.get $in) (i32.const 28))))
      (v128.store64_lane 0 (local.get $out) (i32x4.trunc_sat_f64x2_u_zero (local.get $word)))
      (local.set $out (i32.add (local.get $out) (i32.const 8)))
      (local.set $in (i32.add (local.get $in) (i32.const 32)))
      (br_if $words (i32.lt_u (local.get $in) (local.get $end)))))

  ;; Both grids in f32, four values at a time: 1 where the free one is the better, 0 where the other is, 2 where that is too near to call;
  ;; 4 more where a place of the better one is, as of bfloat16 many are: of those the other grid has its scale from. A place is (w - b) / s, each rounded once and the reciprocal too: off by 2^-18 at most, and a grid's sum of squared
  ;; errors e (in squared scales) by 2^-13 √e at most, which is less than 2^-14 (e + 1); what is taken as certain is certain by 2^-14.
  ;; Where a place is a middle by 2^-17, e is off by 2^-15 more for each such value, 2^-10 at most.
  ;; Places of the free grid lie in 0 … 15, those of the other are 0 at least: asked of the least and the largest alone. Places as
  ;; integers above 2^23 go to memory, at 256 and 384.
  (func $sketch (param $in i32) (param $s1 f32) (param $b1 f32) (param $s2 f32) (param $b2 f32) (param $least f32) (param $most f32) (result i32)
    (local $r1 v128) (local $r2 v128) (local $g1 v128) (local $g2 v128) (local $e1 v128) (local $e2 v128) (local $far1 v128) (local $far2 v128)
    (local $w v128) (local $x v128) (local $y v128) (local $c v128) (local $fifteen v128) (local $shift v128) (local $abs v128)
    (local $end i32) (local $to i32) (local $free f32) (local $other f32) (local $both f32) (local $near1 i32) (local $near2 i32)
    (local.set $free (f32.div (f32.const 1) (local.get $s1)))
    (local.set $other (f32.div (f32.const 1) (local.get $s2)))
    (if (i32.eqz
          (i32.and
            (i32.and
              (f32.gt (f32.mul (f32.sub (local.get $least) (local.get $b1)) (local.get $free)) (f32.const -0.25))
              (f32.lt (f32.mul (f32.sub (local.get $most) (local.get $b1)) (local.get $free)) (f32.const 15.25)))
            (i32.and
              (f32.gt (f32.mul (f32.sub (local.get $least) (local.get $b2)) (local.get $other)) (f32.const -0.25))
              (f32.gt (f32.mul (f32.sub (local.get $most) (local.get $b2)) (local.get $other)) (f32.const -0.25)))))
      (then (return (i32.const 2))))
    (local.set $r1 (f32x4.splat (local.get $free)))
    (local.set $r2 (f32x4.splat (local.get $other)))
    (local.set $g1 (f32x4.splat (local.get $b1)))
    (local.set $g2 (f32x4.splat (local.get $b2)))
    (local.set $fifteen (v128.load (i32.const 64)))
    (local.set $shift (v128.load (i32.const 80)))
    (local.set $abs (i32x4.splat (i32.const 0x7fffffff)))
    (local.set $end (i32.add (local.get $in) (i32.const 128)))
    (local.set $to (i32.const 256))
    (loop $more
      (local.set $w (v128.load (local.get $in)))
      (local.set $x (f32x4.mul (f32x4.sub (local.get $w) (local.get $g1)) (local.get $r1)))
      (local.set $y (f32x4.add (local.get $x) (local.get $shift)))
      (v128.store (local.get $to) (local.get $y))
      (local.set $x (f32x4.sub (local.get $x) (f32x4.sub (local.get $y) (local.get $shift))))
      (local.set $x (f32x4.mul (local.get $x) (local.get $x)))
      (local.set $far1 (f32x4.pmax (local.get $far1) (local.get $x)))
      (local.set $e1 (f32x4.add (local.get $e1) (local.get $x)))
      (local.set $x (f32x4.mul (f32x4.sub (local.get $w) (local.get $g2)) (local.get $r2)))
      (local.set $c (f32x4.pmin (local.get $fifteen) (local.get $x)))
      (local.set $y (f32x4.add (local.get $c) (local.get $shift)))
      (v128.store offset=128 (local.get $to) (local.get $y))
      (local.set $y (f32x4.sub (local.get $y) (local.get $shift)))
      (local.set $far2 (f32x4.pmax (local.get $far2) (v128.and (f32x4.sub (local.get $c) (local.get $y)) (local.get $abs))))
      (local.set $x (f32x4.sub (local.get $x) (local.get $y)))
      (local.set $e2 (f32x4.add (local.get $e2) (f32x4.mul (local.get $x) (local.get $x))))
      (local.set $in (i32.add (local.get $in) (i32.const 16)))
      (local.set $to (i32.add (local.get $to) (i32.const 16)))
      (br_if $more (i32.lt_u (local.get $in) (local.get $end))))
    ;; 1/2 - 2^-17, and its square
    (local.set $near1 (i32.shl (v128.any_true (f32x4.gt (local.get $far1) (f32x4.splat (f32.const 0x1.fffcp-3)))) (i32.const 2)))
    (local.set $near2 (i32.shl (v128.any_true (f32x4.gt (local.get $far2) (f32x4.splat (f32.const 0x1.fffep-2)))) (i32.const 2)))
    (local.set $s1 (f32.mul (local.get $s1) (local.get $s1)))
    (local.set $s2 (f32.mul (local.get $s2) (local.get $s2)))
    (local.set $free (f32.mul (call $sum (local.get $e1)) (local.get $s1)))
    (local.set $other (f32.mul (call $sum (local.get $e2)) (local.get $s2)))
    (local.set $both
      (f32.add
        (f32.mul (f32.const 0x1p-14) (f32.add (local.get $free) (local.get $other)))
        (f32.mul
          (select (f32.const 0x1.1p-10) (f32.const 0x1p-14) (i32.or (local.get $near1) (local.get $near2)))
          (f32.add (local.get $s1) (local.get $s2)))))
    (if (f32.gt (f32.sub (local.get $other) (local.get $free)) (local.get $both))
      (then (return (i32.or (i32.const 1) (local.get $near1)))))
    (select (local.get $near2) (i32.const 2)
      (f32.gt (f32.sub (local.get $free) (local.get $other)) (local.get $both))))

  (func $sum (param $v v128) (result f32)
    (f32.add
      (f32.add (f32x4.extract_lane 0 (local.get $v)) (f32x4.extract_lane 1 (local.get $v)))
      (f32.add (f32x4.extract_lane 2 (local.get $v)) (f32x4.extract_lane 3 (local.get $v)))))

  ;; A group's words, where $sketch found the places certain: they are in the lowest bits of what is above 2^23.
  (func $words (param $from i32) (param $out i32)
    (local $ones v128) (local $low v128)
    (local.set $ones (v128.load (i32.const 96)))
    (local.set $low (i32x4.splat (i32.const 15)))
    ;; as 16 bits, each place with the next as a byte, and the bytes together
    (v128.store (local.get $out)
      (i8x16.narrow_i16x8_u
        (i16x8.narrow_i32x4_u
          (i32x4.dot_i16x8_s (local.get $ones)
            (i16x8.narrow_i32x4_u
              (v128.and (v128.load offset=0 (local.get $from)) (local.get $low))
              (v128.and (v128.load offset=16 (local.get $from)) (local.get $low))))
          (i32x4.dot_i16x8_s (local.get $ones)
            (i16x8.narrow_i32x4_u
              (v128.and (v128.load offset=32 (local.get $from)) (local.get $low))
              (v128.and (v128.load offset=48 (local.get $from)) (local.get $low)))))
        (i16x8.narrow_i32x4_u
          (i32x4.dot_i16x8_s (local.get $ones)
            (i16x8.narrow_i32x4_u
              (v128.and (v128.load offset=64 (local.get $from)) (local.get $low))
              (v128.and (v128.load offset=80 (local.get $from)) (local.get $low))))
          (i32x4.dot_i16x8_s (local.get $ones)
            (i16x8.narrow_i32x4_u
              (v128.and (v128.load offset=96 (local.get $from)) (local.get $low))
              (v128.and (v128.load offset=112 (local.get $from)) (local.get $low))))))))

  (func (export "q4") (param $groups i32) (param $at i32) (param $out i32) (param $scales i32) (param $narrow i32) (result i32)
    (local $in i32) (local $all i32) (local $own i32) (local $least f32) (local $most f32) (local $found i32)
    (local $x v128) (local $rest v128) (local $halves v128) (local $wide v128) (local $s1 f32) (local $b1 f32) (local $s2 f32) (local $b2 f32)
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $groups)))
        (local.set $in (select (i32.const 128) (local.get $at) (local.get $narrow)))
        (if (result f32 f32) (local.get $narrow) (then (call $narrowSpan (local.get $at))) (else (call $span (local.get $at))))
        (local.set $most)
        (local.set $least)
        (local.set $own (i32.reinterpret_f32 (f32.abs (local.get $most))))
        (if (i32.gt_u (local.get $own) (local.get $all)) (then (local.set $all (local.get $own))))
        (local.set $own (i32.reinterpret_f32 (f32.abs (local.get $least))))
        (if (i32.gt_u (local.get $own) (local.get $all)) (then (local.set $all (local.get $own))))
        (br_if $done (i32.ge_u (local.get $all) (i32.const 0x7f800000)))
        (if (f32.eq (local.get $least) (f32.const 0))
          (then (local.set $least (call $first (local.get $in) (f32.const 0)))))
        (if (f32.eq (local.get $most) (local.get $least)) (then (local.set $most (local.get $least))))
        ;; what become halves: the free grid's scale and least, and the other's scale; and the numbers that these stand for. None is beyond
        ;; the largest half, or the host takes nothing of it.
        (local.set $x
          (f32x4.splat
            (f32.demote_f64
              (f64.div
                (f64.sub (f64.promote_f32 (local.get $most)) (f64.promote_f32 (local.get $least)))
                (f64.const 15)))))
        (local.set $x (f32x4.replace_lane 1 (local.get $x) (local.get $least)))
        (local.set $x
          (f32x4.replace_lane 2 (local.get $x)
            (f32.mul (call $extreme (local.get $in) (local.get $least) (local.get $most)) (f32.const -0.125))))
        (local.set $rest (v128.and (local.get $x) (i32x4.splat (i32.const 0x7fffffff))))
        ;; ties to even; below 2^-14 by adding 1/2, whose last bit is worth as much as a half's there
        (local.set $halves
          (v128.or
            (v128.and (i32x4.shr_u (local.get $x) (i32.const 16)) (i32x4.splat (i32.const 0x8000)))
            (v128.bitselect
              (i32x4.shr_u
                (i32x4.add
                  (i32x4.sub (local.get $rest) (i32x4.splat (i32.const 0x37fff001)))
                  (v128.and (i32x4.shr_u (local.get $rest) (i32.const 13)) (i32x4.splat (i32.const 1))))
                (i32.const 13))
              (i32x4.sub
                (f32x4.add (local.get $rest) (f32x4.splat (f32.const 0.5)))
                (i32x4.splat (i32.const 0x3f000000)))
              (i32x4.ge_s (local.get $rest) (i32x4.splat (i32.const 0x38800000))))))
        (local.set $wide
          (v128.or
            (v128.and (i32x4.shl (local.get $halves) (i32.const 16)) (i32x4.splat (i32.const 0x80000000)))
            (f32x4.mul
              (i32x4.shl (v128.and (local.get $halves) (i32x4.splat (i32.const 0x7fff))) (i32.const 13))
              (f32x4.splat (f32.const 0x1p112)))))
        (local.set $s1 (f32x4.extract_lane 0 (local.get $wide)))
        (local.set $b1 (f32x4.extract_lane 1 (local.get $wide)))
        (local.set $s2 (f32x4.extract_lane 2 (local.get $wide)))
        (local.set $b2 (f32.mul (f32.const -8) (local.get $s2))) ;; a half, since it has no more bits than s2
        (local.set $found (i32.const 2))
        (if (i32.and (f32.ne (local.get $s1) (f32.const 0)) (f32.ne (local.get $s2) (f32.const 0)))
          (then
            (local.set $found
              (call $sketch (local.get $in) (local.get $s1) (local.get $b1) (local.get $s2) (local.get $b2) (local.get $least) (local.get $most)))))
        (if (i32.eq (local.get $found) (i32.const 2))
          (then
            (local.set $found
              (call $grids (local.get $in) (local.get $out)
                (f64x2.promote_low_f32x4 (f32x4.replace_lane 1 (f32x4.splat (local.get $s1)) (local.get $s2)))
                (f64x2.promote_low_f32x4 (f32x4.replace_lane 1 (f32x4.splat (local.get $b1)) (local.get $b2))))))
          (else
            (if (i32.and (local.get $found) (i32.const 4))
              (then
                (local.set $found (i32.and (local.get $found) (i32.const 1)))
                (call $exact (local.get $in) (local.get $out)
                  (f64x2.splat (f64.promote_f32 (select (local.get $s1) (local.get $s2) (local.get $found))))
                  (f64x2.splat (f64.promote_f32 (select (local.get $b1) (local.get $b2) (local.get $found))))))
              (else
                (call $words (select (i32.const 256) (i32.const 384) (local.get $found)) (local.get $out))))))
        (i32.store (local.get $scales)
          (if (result i32) (local.get $found)
            (then
              (i32.or
                (i32x4.extract_lane 0 (local.get $halves))
                (i32.shl (i32x4.extract_lane 1 (local.get $halves)) (i32.const 16))))
            (else
              (i32.or
                (i32x4.extract_lane 2 (local.get $halves))
                (i32.shl (call $half (local.get $b2)) (i32.const 16))))))
        (local.set $groups (i32.sub (local.get $groups) (i32.const 1)))
        (local.set $at (i32.add (local.get $at) (i32.shr_u (i32.const 128) (local.get $narrow))))
        (local.set $out (i32.add (local.get $out) (i32.const 16)))
        (local.set $scales (i32.add (local.get $scales) (i32.const 4)))
        (br $more)))
    (local.get $all)))
