struct Call { n: u32, s0: f32 }
@group(0) @binding(0) var<storage, read_write> arena: array<u32>;
@group(0) @binding(1) var<uniform> call: Call;
fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
var<private> special_bits = array<u32, 3>(0x7f800000u, 0xff800000u, 0x7fc00000u);
fn special(k: u32) -> f32 { return bitcast<f32>(special_bits[k]); }
fn max_f32(a: f32, b: f32) -> f32 { return select(select(b, a, a > b || is_nan(a)), b, is_nan(b)); }
fn to_i32(x: f32) -> i32 {
  let near = select(i32(clamp(x, -2147483648.0, 2147483520.0)), 2147483647, x >= 2147483648.0);
  return select(near, 0, is_nan(x));
}

var<workgroup> k0_matmul_a_0: array<f32, 128>;
var<workgroup> k0_matmul_b_0: array<f32, 128>;
@compute @workgroup_size(64)
fn k0_matmul(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0_0: f32;
  acc_0_0 = 0.0;
  let v0 = i32(lane);
  let n_0 = i32(group.y) * 8;
  let j_0 = i32(group.x) * 8;
  let ti_0 = v0 / 8;
  let tj_0 = v0 % 8;
  for (var k_0 = 0; k_0 < 784; k_0 += 16) {
    workgroupBarrier();
    let t_0 = v0 % 16;
    let s_0 = v0 / 16;
    let v1 = (t_0 * 8) + s_0;
    let v2 = i32(call.n);
    let v3 = s_0 * 784;
    let v4 = (((n_0 * 784) + k_0) + t_0) + v3;
    k0_matmul_a_0[v1] = select(0.0, bitcast<f32>(arena[(v4 + 203564)]), ((n_0 + s_0) < v2));
    let v5 = v1 + 4;
    k0_matmul_a_0[v5] = select(0.0, bitcast<f32>(arena[(v4 + 206700)]), ((n_0 + (s_0 + 4)) < v2));
    let v6 = (((j_0 * 784) + k_0) + t_0) + v3;
    k0_matmul_b_0[v1] = bitcast<f32>(arena[(v6 + 16)]);
    k0_matmul_b_0[v5] = bitcast<f32>(arena[(v6 + 3152)]);
    workgroupBarrier();
    for (var k_i_0 = 0; k_i_0 < 16; k_i_0++) {
      let v7 = k_i_0 * 8;
      acc_0_0 = acc_0_0 + (k0_matmul_a_0[(v7 + ti_0)] * k0_matmul_b_0[(v7 + tj_0)]);
    }
  }
  if (0 < (i32(call.n) - (n_0 + ti_0))) {
    let v8 = acc_0_0 + bitcast<f32>(arena[((j_0 + tj_0) + 100368)]);
    arena[(((j_0 + (n_0 * 128)) + tj_0) + (ti_0 * 128)) + 254452] = bitcast<u32>(select(v8, 0.0, (v8 < 0.0)));
  }
}

var<workgroup> k1_matmul_2_a_0: array<f32, 128>;
var<workgroup> k1_matmul_2_b_0: array<f32, 128>;
@compute @workgroup_size(64)
fn k1_matmul_2(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0_0: f32;
  acc_0_0 = 0.0;
  let v0 = i32(lane);
  let n_0 = i32(group.y) * 8;
  let j_0 = i32(group.x) * 8;
  let ti_0 = v0 / 8;
  let tj_0 = v0 % 8;
  for (var k_0 = 0; k_0 < 128; k_0 += 16) {
    workgroupBarrier();
    let t_0 = v0 % 16;
    let s_0 = v0 / 16;
    let v1 = (t_0 * 8) + s_0;
    let v2 = i32(call.n);
    let v3 = s_0 * 128;
    let v4 = (((n_0 * 128) + k_0) + t_0) + v3;
    k1_matmul_2_a_0[v1] = select(0.0, bitcast<f32>(arena[(v4 + 254452)]), ((n_0 + s_0) < v2));
    let v5 = v1 + 4;
    let v6 = s_0 + 4;
    k1_matmul_2_a_0[v5] = select(0.0, bitcast<f32>(arena[(v4 + 254964)]), ((n_0 + v6) < v2));
    let v7 = (((j_0 * 128) + k_0) + t_0) + v3;
    k1_matmul_2_b_0[v1] = select(0.0, bitcast<f32>(arena[(v7 + 100496)]), ((j_0 + s_0) < 10));
    k1_matmul_2_b_0[v5] = select(0.0, bitcast<f32>(arena[(v7 + 101008)]), ((j_0 + v6) < 10));
    workgroupBarrier();
    for (var k_i_0 = 0; k_i_0 < 16; k_i_0++) {
      let v8 = k_i_0 * 8;
      acc_0_0 = acc_0_0 + (k1_matmul_2_a_0[(v8 + ti_0)] * k1_matmul_2_b_0[(v8 + tj_0)]);
    }
  }
  if (0 < (i32(call.n) - (n_0 + ti_0))) {
    let v9 = j_0 + tj_0;
    if (0 < (10 - v9)) {
      arena[(((j_0 + (n_0 * 10)) + tj_0) + (ti_0 * 10)) + 253804] = bitcast<u32>(acc_0_0 + bitcast<f32>(arena[(v9 + 101776)]));
    }
  }
}

@compute @workgroup_size(64)
fn k2_reduce_max_reduce_sum(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let n_i_0 = i32(lane);
  let n_0 = i32(group.y) * 64;
  if (n_i_0 < (i32(call.n) - n_0)) {
    var top_0: f32;
    top_0 = special(1u);
    for (var r1_0 = 0; r1_0 < 10; r1_0++) {
      top_0 = max_f32(top_0, bitcast<f32>(arena[((((n_0 * 10) + (n_i_0 * 10)) + r1_0) + 253804)]));
    }
    var acc_0: f32;
    acc_0 = 0.0;
    for (var r1_2_0 = 0; r1_2_0 < 10; r1_2_0++) {
      let v0 = bitcast<f32>(arena[((((n_0 * 10) + (n_i_0 * 10)) + r1_2_0) + 253804)]) - top_0;
      let v1 = select(select(v0, (-104.0), (v0 < (-104.0))), 89.0, (v0 > 89.0));
      let v2 = round((v1 * 1.4426950216293335));
      let v3 = (v1 - (v2 * 0.693359375)) - (v2 * (-0.00021219444170128554));
      let v4 = to_i32((v2 * 0.5));
      acc_0 = acc_0 + ((((((v3 * v3) * ((((((((((0.00019875691214110702 * v3) + 0.001398199936375022) * v3) + 0.008333452045917511) * v3) + 0.04166579619050026) * v3) + 0.1666666567325592) * v3) + 0.5)) + v3) + 1.0) * bitcast<f32>(((v4 + 127) << 23u))) * bitcast<f32>((((to_i32(v2) - v4) + 127) << 23u)));
    }
    var acc_2_0: f32;
    acc_2_0 = 0.0;
    for (var r1_3_0 = 0; r1_3_0 < 10; r1_3_0++) {
      let v5 = acc_0;
      let v6 = v5 > 0.0;
      let v7 = v5 < 1.1754943508222875e-38;
      let v8 = bitcast<i32>(select(v5, (v5 * 8388608.0), v7)) + 4913933;
      let v9 = bitcast<f32>(((v8 & 8388607) + 1060439283)) - 1.0;
      let v10 = v9 / (2.0 + v9);
      let v11 = 0.5 * (v9 * v9);
      let v12 = v10 * v10;
      let v13 = v12 * v12;
      let v14 = f32((((v8 >> 23u) - 127) - select(0, 23, v7)));
      acc_2_0 = acc_2_0 + select(0.0, ((bitcast<f32>(arena[((((n_0 * 10) + (n_i_0 * 10)) + r1_3_0) + 253804)]) - top_0) - select(select(select(special(2u), v5, v6), special(1u), (v5 == 0.0)), (((((v10 * (v11 + ((v12 * ((0.2849878668785095 * v13) + 0.6666666269302368)) + (v13 * ((0.24279078841209412 * v13) + 0.40000972151756287))))) + (v14 * 0.00000905800061445916)) - v11) + v9) + (v14 * 0.6931381225585938)), (v6 && (v5 < special(0u))))), (bitcast<i32>(arena[((n_0 + n_i_0) + 253740)]) == r1_3_0));
    }
    arena[(n_0 + n_i_0) + 263284] = bitcast<u32>(-acc_2_0);
  }
}

var<workgroup> k3_reduce_sum_part_0: array<f32, 64>;
var<workgroup> k3_reduce_sum_group_0: array<f32, 8>;
@compute @workgroup_size(64)
fn k3_reduce_sum(@builtin(local_invocation_index) lane: u32) {
  var acc_0: f32;
  acc_0 = 0.0;
  var own_0: f32;
  own_0 = 0.0;
  let t_0 = i32(lane);
  let v0 = i32(call.n);
  for (var r0_0 = t_0; r0_0 < v0; r0_0 += 64) {
    own_0 = own_0 + bitcast<f32>(arena[(r0_0 + 263284)]);
  }
  k3_reduce_sum_part_0[t_0] = own_0;
  workgroupBarrier();
  if (t_0 < 8) {
    var own_1: f32;
    own_1 = 0.0;
    for (var u_0 = 0; u_0 < 8; u_0++) {
      own_1 = own_1 + k3_reduce_sum_part_0[((t_0 * 8) + u_0)];
    }
    k3_reduce_sum_group_0[t_0] = own_1;
  }
  workgroupBarrier();
  for (var t_1 = 0; t_1 < 8; t_1++) {
    acc_0 = acc_0 + k3_reduce_sum_group_0[t_1];
  }
  if (lane == 0u) {
    arena[254444] = bitcast<u32>(acc_0 / f32(v0));
  }
}

@compute @workgroup_size(64)
fn k4_argmax(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let n_i_0 = i32(lane);
  let n_0 = i32(group.y) * 64;
  if (n_i_0 < (i32(call.n) - n_0)) {
    var top_0: f32;
    top_0 = special(1u);
    var where_0: i32;
    where_0 = 0;
    for (var r1_0 = 0; r1_0 < 10; r1_0++) {
      var v_0: f32;
      v_0 = bitcast<f32>(arena[((((n_0 * 10) + (n_i_0 * 10)) + r1_0) + 253804)]);
      let v0 = v_0;
      let v1 = top_0;
      let v2 = is_nan(v1);
      let v3 = (((!(v0 <= v1)) || is_nan(v0)) || v2) && (!v2);
      where_0 = select(where_0, r1_0, v3);
      top_0 = select(v1, v0, v3);
    }
    let v4 = n_0 + n_i_0;
    arena[v4 + 254452] = u32(where_0 == bitcast<i32>(arena[(v4 + 253740)]));
  }
}

var<workgroup> k5_reduce_sum_2_part_0: array<f32, 64>;
var<workgroup> k5_reduce_sum_2_group_0: array<f32, 8>;
@compute @workgroup_size(64)
fn k5_reduce_sum_2(@builtin(local_invocation_index) lane: u32) {
  var acc_0: f32;
  acc_0 = 0.0;
  var own_0: f32;
  own_0 = 0.0;
  let t_0 = i32(lane);
  for (var r0_0 = t_0; r0_0 < i32(call.n); r0_0 += 64) {
    own_0 = own_0 + f32((arena[(r0_0 + 254452)] != 0u));
  }
  k5_reduce_sum_2_part_0[t_0] = own_0;
  workgroupBarrier();
  if (t_0 < 8) {
    var own_1: f32;
    own_1 = 0.0;
    for (var u_0 = 0; u_0 < 8; u_0++) {
      own_1 = own_1 + k5_reduce_sum_2_part_0[((t_0 * 8) + u_0)];
    }
    k5_reduce_sum_2_group_0[t_0] = own_1;
  }
  workgroupBarrier();
  for (var t_1 = 0; t_1 < 8; t_1++) {
    acc_0 = acc_0 + k5_reduce_sum_2_group_0[t_1];
  }
  if (lane == 0u) {
    arena[254448] = bitcast<u32>(acc_0);
  }
}

var<workgroup> k6_matmul_2_1_a_0: array<f32, 128>;
var<workgroup> k6_matmul_2_1_b_0: array<f32, 128>;
@compute @workgroup_size(64)
fn k6_matmul_2_1(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0_0: f32;
  acc_0_0 = 0.0;
  let v0 = i32(lane);
  let n_0 = i32(group.y) * 8;
  let j_0 = i32(group.x) * 8;
  let ti_0 = v0 / 8;
  let tj_0 = v0 % 8;
  for (var k_0 = 0; k_0 < 128; k_0 += 16) {
    workgroupBarrier();
    let t_0 = v0 % 16;
    let s_0 = v0 / 16;
    let v1 = (t_0 * 8) + s_0;
    let v2 = i32(call.n);
    let v3 = s_0 * 128;
    let v4 = (((n_0 * 128) + k_0) + t_0) + v3;
    k6_matmul_2_1_a_0[v1] = select(0.0, bitcast<f32>(arena[(v4 + 254452)]), ((n_0 + s_0) < v2));
    let v5 = v1 + 4;
    let v6 = s_0 + 4;
    k6_matmul_2_1_a_0[v5] = select(0.0, bitcast<f32>(arena[(v4 + 254964)]), ((n_0 + v6) < v2));
    let v7 = (((j_0 * 128) + k_0) + t_0) + v3;
    k6_matmul_2_1_b_0[v1] = select(0.0, bitcast<f32>(arena[(v7 + 100496)]), ((j_0 + s_0) < 10));
    k6_matmul_2_1_b_0[v5] = select(0.0, bitcast<f32>(arena[(v7 + 101008)]), ((j_0 + v6) < 10));
    workgroupBarrier();
    for (var k_i_0 = 0; k_i_0 < 16; k_i_0++) {
      let v8 = k_i_0 * 8;
      acc_0_0 = acc_0_0 + (k6_matmul_2_1_a_0[(v8 + ti_0)] * k6_matmul_2_1_b_0[(v8 + tj_0)]);
    }
  }
  if (0 < (i32(call.n) - (n_0 + ti_0))) {
    if (0 < (10 - (j_0 + tj_0))) {
      arena[(((j_0 + (n_0 * 10)) + tj_0) + (ti_0 * 10)) + 262644] = bitcast<u32>(acc_0_0);
    }
  }
}

@compute @workgroup_size(64)
fn k7_reduce_max_reduce_sum_1(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let n_i_0 = i32(lane);
  let v0 = i32(call.n);
  let n_0 = i32(group.y) * 64;
  if (n_i_0 < (v0 - n_0)) {
    var top_0: f32;
    top_0 = special(1u);
    for (var r1_0 = 0; r1_0 < 10; r1_0++) {
      top_0 = max_f32(top_0, (bitcast<f32>(arena[((((n_0 * 10) + (n_i_0 * 10)) + r1_0) + 262644)]) + bitcast<f32>(arena[(r1_0 + 101776)])));
    }
    var acc_0: f32;
    acc_0 = 0.0;
    for (var r1_2_0 = 0; r1_2_0 < 10; r1_2_0++) {
      let v1 = (bitcast<f32>(arena[((((n_0 * 10) + (n_i_0 * 10)) + r1_2_0) + 262644)]) + bitcast<f32>(arena[(r1_2_0 + 101776)])) - top_0;
      let v2 = select(select(v1, (-104.0), (v1 < (-104.0))), 89.0, (v1 > 89.0));
      let v3 = round((v2 * 1.4426950216293335));
      let v4 = (v2 - (v3 * 0.693359375)) - (v3 * (-0.00021219444170128554));
      let v5 = to_i32((v3 * 0.5));
      acc_0 = acc_0 + ((((((v4 * v4) * ((((((((((0.00019875691214110702 * v4) + 0.001398199936375022) * v4) + 0.008333452045917511) * v4) + 0.04166579619050026) * v4) + 0.1666666567325592) * v4) + 0.5)) + v4) + 1.0) * bitcast<f32>(((v5 + 127) << 23u))) * bitcast<f32>((((to_i32(v3) - v5) + 127) << 23u)));
    }
    var acc_2_0: f32;
    acc_2_0 = 0.0;
    for (var r1_3_0 = 0; r1_3_0 < 10; r1_3_0++) {
      let v6 = acc_0;
      let v7 = v6 > 0.0;
      let v8 = v6 < 1.1754943508222875e-38;
      let v9 = bitcast<i32>(select(v6, (v6 * 8388608.0), v8)) + 4913933;
      let v10 = bitcast<f32>(((v9 & 8388607) + 1060439283)) - 1.0;
      let v11 = v10 / (2.0 + v10);
      let v12 = 0.5 * (v10 * v10);
      let v13 = v11 * v11;
      let v14 = v13 * v13;
      let v15 = f32((((v9 >> 23u) - 127) - select(0, 23, v8)));
      acc_2_0 = acc_2_0 + select(0.0, (((bitcast<f32>(arena[((((n_0 * 10) + (n_i_0 * 10)) + r1_3_0) + 262644)]) + bitcast<f32>(arena[(r1_3_0 + 101776)])) - top_0) - select(select(select(special(2u), v6, v7), special(1u), (v6 == 0.0)), (((((v11 * (v12 + ((v13 * ((0.2849878668785095 * v14) + 0.6666666269302368)) + (v14 * ((0.24279078841209412 * v14) + 0.40000972151756287))))) + (v15 * 0.00000905800061445916)) - v12) + v10) + (v15 * 0.6931381225585938)), (v7 && (v6 < special(0u))))), (bitcast<i32>(arena[((n_0 + n_i_0) + 253740)]) == r1_3_0));
    }
    var out_0: f32;
    out_0 = -acc_2_0;
    var acc_3_0: f32;
    acc_3_0 = 0.0;
    for (var r1_4_0 = 0; r1_4_0 < 10; r1_4_0++) {
      acc_3_0 = acc_3_0 + (-select(0.0, (-(1.0 / f32(v0))), (bitcast<i32>(arena[((n_0 + n_i_0) + 253740)]) == r1_4_0)));
    }
    let v16 = n_0 + n_i_0;
    arena[v16 + 263284] = bitcast<u32>(out_0);
    for (var j_0 = 0; j_0 < 10; j_0++) {
      var out_2_0: f32;
      let v17 = ((n_0 * 10) + (n_i_0 * 10)) + j_0;
      let v18 = (bitcast<f32>(arena[(v17 + 262644)]) + bitcast<f32>(arena[(j_0 + 101776)])) - top_0;
      let v19 = select(select(v18, (-104.0), (v18 < (-104.0))), 89.0, (v18 > 89.0));
      let v20 = round((v19 * 1.4426950216293335));
      let v21 = (v19 - (v20 * 0.693359375)) - (v20 * (-0.00021219444170128554));
      let v22 = to_i32((v20 * 0.5));
      out_2_0 = select(0.0, (-(1.0 / f32(v0))), (bitcast<i32>(arena[(v16 + 253740)]) == j_0)) + ((acc_3_0 / acc_0) * ((((((v21 * v21) * ((((((((((0.00019875691214110702 * v21) + 0.001398199936375022) * v21) + 0.008333452045917511) * v21) + 0.04166579619050026) * v21) + 0.1666666567325592) * v21) + 0.5)) + v21) + 1.0) * bitcast<f32>(((v22 + 127) << 23u))) * bitcast<f32>((((to_i32(v20) - v22) + 127) << 23u))));
      arena[v17 + 270836] = bitcast<u32>(out_2_0);
    }
  }
}

var<workgroup> k8_reduce_sum_and_1_more_part_0: array<f32, 64>;
var<workgroup> k8_reduce_sum_and_1_more_group_0: array<f32, 8>;
var<workgroup> k8_reduce_sum_and_1_more_part_1: array<f32, 64>;
var<workgroup> k8_reduce_sum_and_1_more_group_1: array<f32, 8>;
@compute @workgroup_size(64)
fn k8_reduce_sum_and_1_more(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let v0 = i32(group.x);
  if (v0 < 1) {
    var acc_0: f32;
    acc_0 = 0.0;
    var own_0: f32;
    own_0 = 0.0;
    let t_0 = i32(lane);
    let v1 = i32(call.n);
    for (var r0_0 = t_0; r0_0 < v1; r0_0 += 64) {
      own_0 = own_0 + bitcast<f32>(arena[(r0_0 + 263284)]);
    }
    k8_reduce_sum_and_1_more_part_0[t_0] = own_0;
    storageBarrier();
    workgroupBarrier();
    if (t_0 < 8) {
      var own_1: f32;
      own_1 = 0.0;
      for (var u_0 = 0; u_0 < 8; u_0++) {
        own_1 = own_1 + k8_reduce_sum_and_1_more_part_0[((t_0 * 8) + u_0)];
      }
      k8_reduce_sum_and_1_more_group_0[t_0] = own_1;
    }
    storageBarrier();
    workgroupBarrier();
    for (var t_1 = 0; t_1 < 8; t_1++) {
      acc_0 = acc_0 + k8_reduce_sum_and_1_more_group_0[t_1];
    }
    if (lane == 0u) {
      arena[254444] = bitcast<u32>(acc_0 / f32(v1));
    }
  }
  if ((v0 >= 1) && (v0 < 11)) {
    var acc_1: f32;
    acc_1 = 0.0;
    var own_2: f32;
    own_2 = 0.0;
    let t_2 = i32(lane);
    let i_0 = v0 - 1;
    for (var r0_1 = t_2; r0_1 < i32(call.n); r0_1 += 64) {
      own_2 = own_2 + bitcast<f32>(arena[((i_0 + (r0_1 * 10)) + 270836)]);
    }
    k8_reduce_sum_and_1_more_part_1[t_2] = own_2;
    storageBarrier();
    workgroupBarrier();
    if (t_2 < 8) {
      var own_3: f32;
      own_3 = 0.0;
      for (var u_1 = 0; u_1 < 8; u_1++) {
        own_3 = own_3 + k8_reduce_sum_and_1_more_part_1[((t_2 * 8) + u_1)];
      }
      k8_reduce_sum_and_1_more_group_1[t_2] = own_3;
    }
    storageBarrier();
    workgroupBarrier();
    for (var t_3 = 0; t_3 < 8; t_3++) {
      acc_1 = acc_1 + k8_reduce_sum_and_1_more_group_1[t_3];
    }
    var out_0: f32;
    let v2 = i_0 + 203548;
    out_0 = (bitcast<f32>(arena[v2]) * 0.8999999761581421) + acc_1;
    var out_2_0: f32;
    let v3 = i_0 + 101776;
    let v4 = out_0;
    out_2_0 = bitcast<f32>(arena[v3]) - (call.s0 * v4);
    if (lane == 0u) {
      arena[v2] = bitcast<u32>(v4);
    }
    if (lane == 0u) {
      arena[v3] = bitcast<u32>(out_2_0);
    }
  }
}

@compute @workgroup_size(64)
fn k9_matmul_3(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0: f32;
  acc_0 = 0.0;
  let n_0 = i32(group.y);
  let j_0 = i32(group.x) * 64;
  let j_i_0 = i32(lane);
  for (var k_0 = 0; k_0 < 10; k_0++) {
    acc_0 = acc_0 + (bitcast<f32>(arena[(((n_0 * 10) + k_0) + 270836)]) * bitcast<f32>(arena[(((j_0 + j_i_0) + (k_0 * 128)) + 100496)]));
  }
  let v0 = (j_0 + (n_0 * 128)) + j_i_0;
  arena[v0 + 262644] = bitcast<u32>(select(acc_0, 0.0, (bitcast<f32>(arena[(v0 + 254452)]) <= 0.0)));
}

var<workgroup> k10_matmul_1_weight_and_2_more_b_0: array<f32, 512>;
var<workgroup> k10_matmul_1_weight_and_2_more_a_0: array<f32, 512>;
var<workgroup> k10_matmul_1_weight_and_2_more_part_0: array<f32, 64>;
var<workgroup> k10_matmul_1_weight_and_2_more_group_0: array<f32, 8>;
var<workgroup> k10_matmul_1_weight_and_2_more_b_1: array<f32, 128>;
var<workgroup> k10_matmul_1_weight_and_2_more_a_1: array<f32, 128>;
@compute @workgroup_size(64)
fn k10_matmul_1_weight_and_2_more(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let v0 = i32(group.x);
  if (v0 < 100) {
    var acc_0_0: f32;
    var acc_0_1: f32;
    var acc_0_2: f32;
    var acc_0_3: f32;
    var acc_0_4: f32;
    var acc_0_5: f32;
    var acc_0_6: f32;
    var acc_0_7: f32;
    var acc_0_8: f32;
    var acc_0_9: f32;
    var acc_0_10: f32;
    var acc_0_11: f32;
    var acc_0_12: f32;
    var acc_0_13: f32;
    var acc_0_14: f32;
    var acc_0_15: f32;
    acc_0_0 = 0.0;
    acc_0_1 = 0.0;
    acc_0_2 = 0.0;
    acc_0_3 = 0.0;
    acc_0_4 = 0.0;
    acc_0_5 = 0.0;
    acc_0_6 = 0.0;
    acc_0_7 = 0.0;
    acc_0_8 = 0.0;
    acc_0_9 = 0.0;
    acc_0_10 = 0.0;
    acc_0_11 = 0.0;
    acc_0_12 = 0.0;
    acc_0_13 = 0.0;
    acc_0_14 = 0.0;
    acc_0_15 = 0.0;
    let v1 = i32(call.n);
    let v2 = i32(lane);
    let j_0 = (v0 % 25) * 32;
    let i_0 = (v0 / 25) * 32;
    let tj_0 = v2 % 8;
    let ti_0 = v2 / 8;
    for (var k_0 = 0; k_0 < v1; k_0 += 16) {
      storageBarrier();
      workgroupBarrier();
      let t_0 = v2 % 32;
      let s_0 = v2 / 32;
      let v3 = t_0 + (s_0 * 32);
      let v4 = (j_0 + t_0) < 784;
      let v5 = (k_0 + s_0) < v1;
      let v6 = ((j_0 + (k_0 * 784)) + t_0) + (s_0 * 784);
      k10_matmul_1_weight_and_2_more_b_0[v3] = select(0.0, bitcast<f32>(arena[(v6 + 203564)]), (v4 && v5));
      let v7 = v3 + 64;
      let v8 = (k_0 + (s_0 + 2)) < v1;
      k10_matmul_1_weight_and_2_more_b_0[v7] = select(0.0, bitcast<f32>(arena[(v6 + 205132)]), (v4 && v8));
      let v9 = v3 + 128;
      let v10 = (k_0 + (s_0 + 4)) < v1;
      k10_matmul_1_weight_and_2_more_b_0[v9] = select(0.0, bitcast<f32>(arena[(v6 + 206700)]), (v4 && v10));
      let v11 = v3 + 192;
      let v12 = (k_0 + (s_0 + 6)) < v1;
      k10_matmul_1_weight_and_2_more_b_0[v11] = select(0.0, bitcast<f32>(arena[(v6 + 208268)]), (v4 && v12));
      let v13 = v3 + 256;
      let v14 = (k_0 + (s_0 + 8)) < v1;
      k10_matmul_1_weight_and_2_more_b_0[v13] = select(0.0, bitcast<f32>(arena[(v6 + 209836)]), (v4 && v14));
      let v15 = v3 + 320;
      let v16 = (k_0 + (s_0 + 10)) < v1;
      k10_matmul_1_weight_and_2_more_b_0[v15] = select(0.0, bitcast<f32>(arena[(v6 + 211404)]), (v4 && v16));
      let v17 = v3 + 384;
      let v18 = (k_0 + (s_0 + 12)) < v1;
      k10_matmul_1_weight_and_2_more_b_0[v17] = select(0.0, bitcast<f32>(arena[(v6 + 212972)]), (v4 && v18));
      let v19 = v3 + 448;
      let v20 = (k_0 + (s_0 + 14)) < v1;
      k10_matmul_1_weight_and_2_more_b_0[v19] = select(0.0, bitcast<f32>(arena[(v6 + 214540)]), (v4 && v20));
      let v21 = ((i_0 + (k_0 * 128)) + t_0) + (s_0 * 128);
      k10_matmul_1_weight_and_2_more_a_0[v3] = select(0.0, bitcast<f32>(arena[(v21 + 262644)]), v5);
      k10_matmul_1_weight_and_2_more_a_0[v7] = select(0.0, bitcast<f32>(arena[(v21 + 262900)]), v8);
      k10_matmul_1_weight_and_2_more_a_0[v9] = select(0.0, bitcast<f32>(arena[(v21 + 263156)]), v10);
      k10_matmul_1_weight_and_2_more_a_0[v11] = select(0.0, bitcast<f32>(arena[(v21 + 263412)]), v12);
      k10_matmul_1_weight_and_2_more_a_0[v13] = select(0.0, bitcast<f32>(arena[(v21 + 263668)]), v14);
      k10_matmul_1_weight_and_2_more_a_0[v15] = select(0.0, bitcast<f32>(arena[(v21 + 263924)]), v16);
      k10_matmul_1_weight_and_2_more_a_0[v17] = select(0.0, bitcast<f32>(arena[(v21 + 264180)]), v18);
      k10_matmul_1_weight_and_2_more_a_0[v19] = select(0.0, bitcast<f32>(arena[(v21 + 264436)]), v20);
      storageBarrier();
      workgroupBarrier();
      for (var k_i_0 = 0; k_i_0 < min(16, (v1 - k_0)); k_i_0++) {
        let v22 = k_i_0 * 32;
        let v23 = v22 + tj_0;
        let v24 = k10_matmul_1_weight_and_2_more_b_0[v23];
        let v25 = v22 + ti_0;
        let v26 = k10_matmul_1_weight_and_2_more_a_0[v25];
        acc_0_0 = acc_0_0 + (v24 * v26);
        let v27 = k10_matmul_1_weight_and_2_more_b_0[(v23 + 8)];
        acc_0_1 = acc_0_1 + (v27 * v26);
        let v28 = k10_matmul_1_weight_and_2_more_b_0[(v23 + 16)];
        acc_0_2 = acc_0_2 + (v28 * v26);
        let v29 = k10_matmul_1_weight_and_2_more_b_0[(v23 + 24)];
        acc_0_3 = acc_0_3 + (v29 * v26);
        let v30 = k10_matmul_1_weight_and_2_more_a_0[(v25 + 8)];
        acc_0_4 = acc_0_4 + (v24 * v30);
        acc_0_5 = acc_0_5 + (v27 * v30);
        acc_0_6 = acc_0_6 + (v28 * v30);
        acc_0_7 = acc_0_7 + (v29 * v30);
        let v31 = k10_matmul_1_weight_and_2_more_a_0[(v25 + 16)];
        acc_0_8 = acc_0_8 + (v24 * v31);
        acc_0_9 = acc_0_9 + (v27 * v31);
        acc_0_10 = acc_0_10 + (v28 * v31);
        acc_0_11 = acc_0_11 + (v29 * v31);
        let v32 = k10_matmul_1_weight_and_2_more_a_0[(v25 + 24)];
        acc_0_12 = acc_0_12 + (v24 * v32);
        acc_0_13 = acc_0_13 + (v27 * v32);
        acc_0_14 = acc_0_14 + (v28 * v32);
        acc_0_15 = acc_0_15 + (v29 * v32);
      }
    }
    let v33 = 0 < (784 - (j_0 + tj_0));
    if (v33) {
      var out_0: f32;
      let v34 = ((j_0 + (i_0 * 784)) + tj_0) + (ti_0 * 784);
      let v35 = v34 + 101788;
      out_0 = (bitcast<f32>(arena[v35]) * 0.8999999761581421) + acc_0_0;
      var out_2_0: f32;
      let v36 = v34 + 16;
      let v37 = out_0;
      out_2_0 = bitcast<f32>(arena[v36]) - (call.s0 * v37);
      arena[v35] = bitcast<u32>(v37);
      arena[v36] = bitcast<u32>(out_2_0);
    }
    let v38 = 0 < (784 - (j_0 + (tj_0 + 8)));
    if (v38) {
      var out_1: f32;
      let v39 = ((j_0 + (i_0 * 784)) + tj_0) + (ti_0 * 784);
      let v40 = v39 + 101796;
      out_1 = (bitcast<f32>(arena[v40]) * 0.8999999761581421) + acc_0_1;
      var out_2_1: f32;
      let v41 = v39 + 24;
      let v42 = out_1;
      out_2_1 = bitcast<f32>(arena[v41]) - (call.s0 * v42);
      arena[v40] = bitcast<u32>(v42);
      arena[v41] = bitcast<u32>(out_2_1);
    }
    let v43 = 0 < (784 - (j_0 + (tj_0 + 16)));
    if (v43) {
      var out_2: f32;
      let v44 = ((j_0 + (i_0 * 784)) + tj_0) + (ti_0 * 784);
      let v45 = v44 + 101804;
      out_2 = (bitcast<f32>(arena[v45]) * 0.8999999761581421) + acc_0_2;
      var out_2_2: f32;
      let v46 = v44 + 32;
      let v47 = out_2;
      out_2_2 = bitcast<f32>(arena[v46]) - (call.s0 * v47);
      arena[v45] = bitcast<u32>(v47);
      arena[v46] = bitcast<u32>(out_2_2);
    }
    let v48 = 0 < (784 - (j_0 + (tj_0 + 24)));
    if (v48) {
      var out_3: f32;
      let v49 = ((j_0 + (i_0 * 784)) + tj_0) + (ti_0 * 784);
      let v50 = v49 + 101812;
      out_3 = (bitcast<f32>(arena[v50]) * 0.8999999761581421) + acc_0_3;
      var out_2_3: f32;
      let v51 = v49 + 40;
      let v52 = out_3;
      out_2_3 = bitcast<f32>(arena[v51]) - (call.s0 * v52);
      arena[v50] = bitcast<u32>(v52);
      arena[v51] = bitcast<u32>(out_2_3);
    }
    if (v33) {
      var out_4: f32;
      let v53 = ((j_0 + (i_0 * 784)) + tj_0) + (ti_0 * 784);
      let v54 = v53 + 108060;
      out_4 = (bitcast<f32>(arena[v54]) * 0.8999999761581421) + acc_0_4;
      var out_2_4: f32;
      let v55 = v53 + 6288;
      let v56 = out_4;
      out_2_4 = bitcast<f32>(arena[v55]) - (call.s0 * v56);
      arena[v54] = bitcast<u32>(v56);
      arena[v55] = bitcast<u32>(out_2_4);
    }
    if (v38) {
      var out_5: f32;
      let v57 = ((j_0 + (i_0 * 784)) + tj_0) + (ti_0 * 784);
      let v58 = v57 + 108068;
      out_5 = (bitcast<f32>(arena[v58]) * 0.8999999761581421) + acc_0_5;
      var out_2_5: f32;
      let v59 = v57 + 6296;
      let v60 = out_5;
      out_2_5 = bitcast<f32>(arena[v59]) - (call.s0 * v60);
      arena[v58] = bitcast<u32>(v60);
      arena[v59] = bitcast<u32>(out_2_5);
    }
    if (v43) {
      var out_6: f32;
      let v61 = ((j_0 + (i_0 * 784)) + tj_0) + (ti_0 * 784);
      let v62 = v61 + 108076;
      out_6 = (bitcast<f32>(arena[v62]) * 0.8999999761581421) + acc_0_6;
      var out_2_6: f32;
      let v63 = v61 + 6304;
      let v64 = out_6;
      out_2_6 = bitcast<f32>(arena[v63]) - (call.s0 * v64);
      arena[v62] = bitcast<u32>(v64);
      arena[v63] = bitcast<u32>(out_2_6);
    }
    if (v48) {
      var out_7: f32;
      let v65 = ((j_0 + (i_0 * 784)) + tj_0) + (ti_0 * 784);
      let v66 = v65 + 108084;
      out_7 = (bitcast<f32>(arena[v66]) * 0.8999999761581421) + acc_0_7;
      var out_2_7: f32;
      let v67 = v65 + 6312;
      let v68 = out_7;
      out_2_7 = bitcast<f32>(arena[v67]) - (call.s0 * v68);
      arena[v66] = bitcast<u32>(v68);
      arena[v67] = bitcast<u32>(out_2_7);
    }
    if (v33) {
      var out_8: f32;
      let v69 = ((j_0 + (i_0 * 784)) + tj_0) + (ti_0 * 784);
      let v70 = v69 + 114332;
      out_8 = (bitcast<f32>(arena[v70]) * 0.8999999761581421) + acc_0_8;
      var out_2_8: f32;
      let v71 = v69 + 12560;
      let v72 = out_8;
      out_2_8 = bitcast<f32>(arena[v71]) - (call.s0 * v72);
      arena[v70] = bitcast<u32>(v72);
      arena[v71] = bitcast<u32>(out_2_8);
    }
    if (v38) {
      var out_9: f32;
      let v73 = ((j_0 + (i_0 * 784)) + tj_0) + (ti_0 * 784);
      let v74 = v73 + 114340;
      out_9 = (bitcast<f32>(arena[v74]) * 0.8999999761581421) + acc_0_9;
      var out_2_9: f32;
      let v75 = v73 + 12568;
      let v76 = out_9;
      out_2_9 = bitcast<f32>(arena[v75]) - (call.s0 * v76);
      arena[v74] = bitcast<u32>(v76);
      arena[v75] = bitcast<u32>(out_2_9);
    }
    if (v43) {
      var out_10: f32;
      let v77 = ((j_0 + (i_0 * 784)) + tj_0) + (ti_0 * 784);
      let v78 = v77 + 114348;
      out_10 = (bitcast<f32>(arena[v78]) * 0.8999999761581421) + acc_0_10;
      var out_2_10: f32;
      let v79 = v77 + 12576;
      let v80 = out_10;
      out_2_10 = bitcast<f32>(arena[v79]) - (call.s0 * v80);
      arena[v78] = bitcast<u32>(v80);
      arena[v79] = bitcast<u32>(out_2_10);
    }
    if (v48) {
      var out_11: f32;
      let v81 = ((j_0 + (i_0 * 784)) + tj_0) + (ti_0 * 784);
      let v82 = v81 + 114356;
      out_11 = (bitcast<f32>(arena[v82]) * 0.8999999761581421) + acc_0_11;
      var out_2_11: f32;
      let v83 = v81 + 12584;
      let v84 = out_11;
      out_2_11 = bitcast<f32>(arena[v83]) - (call.s0 * v84);
      arena[v82] = bitcast<u32>(v84);
      arena[v83] = bitcast<u32>(out_2_11);
    }
    if (v33) {
      var out_12: f32;
      let v85 = ((j_0 + (i_0 * 784)) + tj_0) + (ti_0 * 784);
      let v86 = v85 + 120604;
      out_12 = (bitcast<f32>(arena[v86]) * 0.8999999761581421) + acc_0_12;
      var out_2_12: f32;
      let v87 = v85 + 18832;
      let v88 = out_12;
      out_2_12 = bitcast<f32>(arena[v87]) - (call.s0 * v88);
      arena[v86] = bitcast<u32>(v88);
      arena[v87] = bitcast<u32>(out_2_12);
    }
    if (v38) {
      var out_13: f32;
      let v89 = ((j_0 + (i_0 * 784)) + tj_0) + (ti_0 * 784);
      let v90 = v89 + 120612;
      out_13 = (bitcast<f32>(arena[v90]) * 0.8999999761581421) + acc_0_13;
      var out_2_13: f32;
      let v91 = v89 + 18840;
      let v92 = out_13;
      out_2_13 = bitcast<f32>(arena[v91]) - (call.s0 * v92);
      arena[v90] = bitcast<u32>(v92);
      arena[v91] = bitcast<u32>(out_2_13);
    }
    if (v43) {
      var out_14: f32;
      let v93 = ((j_0 + (i_0 * 784)) + tj_0) + (ti_0 * 784);
      let v94 = v93 + 120620;
      out_14 = (bitcast<f32>(arena[v94]) * 0.8999999761581421) + acc_0_14;
      var out_2_14: f32;
      let v95 = v93 + 18848;
      let v96 = out_14;
      out_2_14 = bitcast<f32>(arena[v95]) - (call.s0 * v96);
      arena[v94] = bitcast<u32>(v96);
      arena[v95] = bitcast<u32>(out_2_14);
    }
    if (v48) {
      var out_15: f32;
      let v97 = ((j_0 + (i_0 * 784)) + tj_0) + (ti_0 * 784);
      let v98 = v97 + 120628;
      out_15 = (bitcast<f32>(arena[v98]) * 0.8999999761581421) + acc_0_15;
      var out_2_15: f32;
      let v99 = v97 + 18856;
      let v100 = out_15;
      out_2_15 = bitcast<f32>(arena[v99]) - (call.s0 * v100);
      arena[v98] = bitcast<u32>(v100);
      arena[v99] = bitcast<u32>(out_2_15);
    }
  }
  if ((v0 >= 100) && (v0 < 228)) {
    var acc_1: f32;
    acc_1 = 0.0;
    var own_0: f32;
    own_0 = 0.0;
    let t_1 = i32(lane);
    let i_1 = v0 - 100;
    for (var r0_0 = t_1; r0_0 < i32(call.n); r0_0 += 64) {
      own_0 = own_0 + bitcast<f32>(arena[((i_1 + (r0_0 * 128)) + 262644)]);
    }
    k10_matmul_1_weight_and_2_more_part_0[t_1] = own_0;
    storageBarrier();
    workgroupBarrier();
    if (t_1 < 8) {
      var own_1: f32;
      own_1 = 0.0;
      for (var u_0 = 0; u_0 < 8; u_0++) {
        own_1 = own_1 + k10_matmul_1_weight_and_2_more_part_0[((t_1 * 8) + u_0)];
      }
      k10_matmul_1_weight_and_2_more_group_0[t_1] = own_1;
    }
    storageBarrier();
    workgroupBarrier();
    for (var t_2 = 0; t_2 < 8; t_2++) {
      acc_1 = acc_1 + k10_matmul_1_weight_and_2_more_group_0[t_2];
    }
    var out_16: f32;
    let v101 = i_1 + 202140;
    out_16 = (bitcast<f32>(arena[v101]) * 0.8999999761581421) + acc_1;
    var out_2_16: f32;
    let v102 = i_1 + 100368;
    let v103 = out_16;
    out_2_16 = bitcast<f32>(arena[v102]) - (call.s0 * v103);
    if (lane == 0u) {
      arena[v101] = bitcast<u32>(v103);
    }
    if (lane == 0u) {
      arena[v102] = bitcast<u32>(out_2_16);
    }
  }
  if ((v0 >= 228) && (v0 < 260)) {
    var acc_2_0: f32;
    acc_2_0 = 0.0;
    let v104 = i32(call.n);
    let v105 = i32(lane);
    let tj_1 = v105 % 8;
    let ti_1 = v105 / 8;
    let v108 = v0 - 228;
    let j_1 = (v108 % 16) * 8;
    let i_2 = (v108 / 16) * 8;
    for (var k_1 = 0; k_1 < v104; k_1 += 16) {
      storageBarrier();
      workgroupBarrier();
      let v106 = tj_1 + (ti_1 * 8);
      let v107 = (k_1 + ti_1) < v104;
      let v109 = ((j_1 + (k_1 * 128)) + tj_1) + (ti_1 * 128);
      k10_matmul_1_weight_and_2_more_b_1[v106] = select(0.0, bitcast<f32>(arena[(v109 + 254452)]), v107);
      let v110 = v106 + 64;
      let v111 = (k_1 + (ti_1 + 8)) < v104;
      k10_matmul_1_weight_and_2_more_b_1[v110] = select(0.0, bitcast<f32>(arena[(v109 + 255476)]), v111);
      let v112 = (i_2 + tj_1) < 10;
      let v113 = ((i_2 + (k_1 * 10)) + tj_1) + (ti_1 * 10);
      k10_matmul_1_weight_and_2_more_a_1[v106] = select(0.0, bitcast<f32>(arena[(v113 + 270836)]), (v112 && v107));
      k10_matmul_1_weight_and_2_more_a_1[v110] = select(0.0, bitcast<f32>(arena[(v113 + 270916)]), (v112 && v111));
      storageBarrier();
      workgroupBarrier();
      for (var k_i_1 = 0; k_i_1 < min(16, (v104 - k_1)); k_i_1++) {
        let v114 = k_i_1 * 8;
        acc_2_0 = acc_2_0 + (k10_matmul_1_weight_and_2_more_b_1[(v114 + tj_1)] * k10_matmul_1_weight_and_2_more_a_1[(v114 + ti_1)]);
      }
    }
    if (0 < (10 - (i_2 + ti_1))) {
      var out_17: f32;
      let v115 = ((j_1 + (i_2 * 128)) + tj_1) + (ti_1 * 128);
      let v116 = v115 + 202268;
      out_17 = (bitcast<f32>(arena[v116]) * 0.8999999761581421) + acc_2_0;
      var out_2_17: f32;
      let v117 = v115 + 100496;
      let v118 = out_17;
      out_2_17 = bitcast<f32>(arena[v117]) - (call.s0 * v118);
      arena[v116] = bitcast<u32>(v118);
      arena[v117] = bitcast<u32>(out_2_17);
    }
  }
}
