struct Call { n: u32, s0: f32 }
@group(0) @binding(0) var<storage, read_write> arena: array<u32>;
@group(0) @binding(1) var<uniform> call: Call;
fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
var<private> special_bits = array<u32, 3>(0x7f800000u, 0xff800000u, 0x7fc00000u);
fn special(k: u32) -> f32 { return bitcast<f32>(special_bits[k]); }
fn max_f32(a: f32, b: f32) -> f32 { return select(a, b, ((a < b) & !is_nan(a)) | is_nan(b)); }
fn to_i32(x: f32) -> i32 {
  let near = select(i32(clamp(x, -2147483648.0, 2147483520.0)), 2147483647, x >= 2147483648.0);
  return select(near, 0, is_nan(x));
}

var<workgroup> k0_matmul_a_0: array<f32, 128>;
var<workgroup> k0_matmul_b_0: array<f32, 128>;
@compute @workgroup_size(64)
fn k0_matmul(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0_0: f32;
  var block_0_0: f32;
  acc_0_0 = 0.0;
  let v0 = i32(lane);
  let n_0 = i32(group.y) * 8;
  let j_0 = i32(group.x) * 8;
  let ti_0 = v0 / 8;
  let tj_0 = v0 % 8;
  for (var k_0 = 0; k_0 < 768; k_0 += 32) {
    block_0_0 = 0.0;
    for (var k_b_0 = 0; k_b_0 < 2; k_b_0++) {
      workgroupBarrier();
      let t_0 = v0 % 16;
      let s_0 = v0 / 16;
      let v1 = (t_0 * 8) + s_0;
      let v2 = i32(call.n);
      let v3 = k_b_0 * 16;
      let v4 = s_0 * 784;
      let v5 = ((((n_0 * 784) + k_0) + v3) + t_0) + v4;
      k0_matmul_a_0[v1] = select(0.0, bitcast<f32>(arena[(v5 + 203564)]), ((n_0 + s_0) < v2));
      let v6 = v1 + 4;
      k0_matmul_a_0[v6] = select(0.0, bitcast<f32>(arena[(v5 + 206700)]), ((n_0 + (s_0 + 4)) < v2));
      let v7 = ((((j_0 * 784) + k_0) + v3) + t_0) + v4;
      k0_matmul_b_0[v1] = bitcast<f32>(arena[(v7 + 16)]);
      k0_matmul_b_0[v6] = bitcast<f32>(arena[(v7 + 3152)]);
      workgroupBarrier();
      for (var k_i_0 = 0; k_i_0 < 16; k_i_0++) {
        let v8 = k_i_0 * 8;
        block_0_0 = block_0_0 + (k0_matmul_a_0[(v8 + ti_0)] * k0_matmul_b_0[(v8 + tj_0)]);
      }
    }
    acc_0_0 = acc_0_0 + block_0_0;
  }
  block_0_0 = 0.0;
  workgroupBarrier();
  let t_1 = v0 % 16;
  let s_1 = v0 / 16;
  let v9 = (t_1 * 8) + s_1;
  let v10 = i32(call.n);
  let v11 = s_1 * 784;
  let v12 = ((n_0 * 784) + t_1) + v11;
  k0_matmul_a_0[v9] = select(0.0, bitcast<f32>(arena[(v12 + 204332)]), ((n_0 + s_1) < v10));
  let v13 = v9 + 4;
  k0_matmul_a_0[v13] = select(0.0, bitcast<f32>(arena[(v12 + 207468)]), ((n_0 + (s_1 + 4)) < v10));
  let v14 = ((j_0 * 784) + t_1) + v11;
  k0_matmul_b_0[v9] = bitcast<f32>(arena[(v14 + 784)]);
  k0_matmul_b_0[v13] = bitcast<f32>(arena[(v14 + 3920)]);
  workgroupBarrier();
  for (var k_i_1 = 0; k_i_1 < 16; k_i_1++) {
    let v15 = k_i_1 * 8;
    block_0_0 = block_0_0 + (k0_matmul_a_0[(v15 + ti_0)] * k0_matmul_b_0[(v15 + tj_0)]);
  }
  acc_0_0 = acc_0_0 + block_0_0;
  if (0 < (v10 - (n_0 + ti_0))) {
    let v16 = acc_0_0 + bitcast<f32>(arena[((j_0 + tj_0) + 100368)]);
    arena[(((j_0 + (n_0 * 128)) + tj_0) + (ti_0 * 128)) + 254452] = bitcast<u32>(select(v16, 0.0, (v16 < 0.0)));
  }
}

var<workgroup> k1_matmul_2_a_0: array<f32, 256>;
var<workgroup> k1_matmul_2_b_0: array<f32, 64>;
@compute @workgroup_size(64)
fn k1_matmul_2(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0_0: f32;
  var block_0_0: f32;
  acc_0_0 = 0.0;
  let v0 = i32(lane);
  let n_0 = i32(group.y) * 16;
  let j_0 = i32(group.x) * 4;
  let ti_0 = v0 / 4;
  let tj_0 = v0 % 4;
  for (var k_0 = 0; k_0 < 128; k_0 += 32) {
    block_0_0 = 0.0;
    for (var k_b_0 = 0; k_b_0 < 2; k_b_0++) {
      workgroupBarrier();
      let t_0 = v0 % 16;
      let s_0 = v0 / 16;
      let v1 = (t_0 * 16) + s_0;
      let v2 = i32(call.n);
      let v3 = k_b_0 * 16;
      let v4 = s_0 * 128;
      let v5 = ((((n_0 * 128) + k_0) + v3) + t_0) + v4;
      k1_matmul_2_a_0[v1] = select(0.0, bitcast<f32>(arena[(v5 + 254452)]), ((n_0 + s_0) < v2));
      k1_matmul_2_a_0[v1 + 4] = select(0.0, bitcast<f32>(arena[(v5 + 254964)]), ((n_0 + (s_0 + 4)) < v2));
      k1_matmul_2_a_0[v1 + 8] = select(0.0, bitcast<f32>(arena[(v5 + 255476)]), ((n_0 + (s_0 + 8)) < v2));
      k1_matmul_2_a_0[v1 + 12] = select(0.0, bitcast<f32>(arena[(v5 + 255988)]), ((n_0 + (s_0 + 12)) < v2));
      k1_matmul_2_b_0[(t_0 * 4) + s_0] = select(0.0, bitcast<f32>(arena[((((((j_0 * 128) + k_0) + v3) + t_0) + v4) + 100496)]), ((j_0 + s_0) < 10));
      workgroupBarrier();
      for (var k_i_0 = 0; k_i_0 < 16; k_i_0++) {
        block_0_0 = block_0_0 + (k1_matmul_2_a_0[((k_i_0 * 16) + ti_0)] * k1_matmul_2_b_0[((k_i_0 * 4) + tj_0)]);
      }
    }
    acc_0_0 = acc_0_0 + block_0_0;
  }
  if (0 < (i32(call.n) - (n_0 + ti_0))) {
    let v6 = j_0 + tj_0;
    if (0 < (10 - v6)) {
      arena[(((j_0 + (n_0 * 10)) + tj_0) + (ti_0 * 10)) + 253804] = bitcast<u32>(acc_0_0 + bitcast<f32>(arena[(v6 + 101776)]));
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
      where_0 = select(where_0, r1_0, ((((!(v0 <= v1)) || is_nan(v0)) || v2) && (!v2)));
      top_0 = max_f32(v1, v0);
    }
    let v3 = n_0 + n_i_0;
    arena[v3 + 254452] = u32(where_0 == bitcast<i32>(arena[(v3 + 253740)]));
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

var<workgroup> k6_matmul_2_1_a_0: array<f32, 256>;
var<workgroup> k6_matmul_2_1_b_0: array<f32, 64>;
@compute @workgroup_size(64)
fn k6_matmul_2_1(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0_0: f32;
  var block_0_0: f32;
  acc_0_0 = 0.0;
  let v0 = i32(lane);
  let n_0 = i32(group.y) * 16;
  let j_0 = i32(group.x) * 4;
  let ti_0 = v0 / 4;
  let tj_0 = v0 % 4;
  for (var k_0 = 0; k_0 < 128; k_0 += 32) {
    block_0_0 = 0.0;
    for (var k_b_0 = 0; k_b_0 < 2; k_b_0++) {
      workgroupBarrier();
      let t_0 = v0 % 16;
      let s_0 = v0 / 16;
      let v1 = (t_0 * 16) + s_0;
      let v2 = i32(call.n);
      let v3 = k_b_0 * 16;
      let v4 = s_0 * 128;
      let v5 = ((((n_0 * 128) + k_0) + v3) + t_0) + v4;
      k6_matmul_2_1_a_0[v1] = select(0.0, bitcast<f32>(arena[(v5 + 254452)]), ((n_0 + s_0) < v2));
      k6_matmul_2_1_a_0[v1 + 4] = select(0.0, bitcast<f32>(arena[(v5 + 254964)]), ((n_0 + (s_0 + 4)) < v2));
      k6_matmul_2_1_a_0[v1 + 8] = select(0.0, bitcast<f32>(arena[(v5 + 255476)]), ((n_0 + (s_0 + 8)) < v2));
      k6_matmul_2_1_a_0[v1 + 12] = select(0.0, bitcast<f32>(arena[(v5 + 255988)]), ((n_0 + (s_0 + 12)) < v2));
      k6_matmul_2_1_b_0[(t_0 * 4) + s_0] = select(0.0, bitcast<f32>(arena[((((((j_0 * 128) + k_0) + v3) + t_0) + v4) + 100496)]), ((j_0 + s_0) < 10));
      workgroupBarrier();
      for (var k_i_0 = 0; k_i_0 < 16; k_i_0++) {
        block_0_0 = block_0_0 + (k6_matmul_2_1_a_0[((k_i_0 * 16) + ti_0)] * k6_matmul_2_1_b_0[((k_i_0 * 4) + tj_0)]);
      }
    }
    acc_0_0 = acc_0_0 + block_0_0;
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
    var result_0: f32;
    result_0 = -acc_2_0;
    var acc_3_0: f32;
    acc_3_0 = 0.0;
    for (var r1_4_0 = 0; r1_4_0 < 10; r1_4_0++) {
      acc_3_0 = acc_3_0 + (-select(0.0, (-(1.0 / f32(v0))), (bitcast<i32>(arena[((n_0 + n_i_0) + 253740)]) == r1_4_0)));
    }
    let v16 = n_0 + n_i_0;
    arena[v16 + 263284] = bitcast<u32>(result_0);
    for (var j_0 = 0; j_0 < 10; j_0++) {
      var result_2_0: f32;
      let v17 = ((n_0 * 10) + (n_i_0 * 10)) + j_0;
      let v18 = (bitcast<f32>(arena[(v17 + 262644)]) + bitcast<f32>(arena[(j_0 + 101776)])) - top_0;
      let v19 = select(select(v18, (-104.0), (v18 < (-104.0))), 89.0, (v18 > 89.0));
      let v20 = round((v19 * 1.4426950216293335));
      let v21 = (v19 - (v20 * 0.693359375)) - (v20 * (-0.00021219444170128554));
      let v22 = to_i32((v20 * 0.5));
      result_2_0 = select(0.0, (-(1.0 / f32(v0))), (bitcast<i32>(arena[(v16 + 253740)]) == j_0)) + ((acc_3_0 / acc_0) * ((((((v21 * v21) * ((((((((((0.00019875691214110702 * v21) + 0.001398199936375022) * v21) + 0.008333452045917511) * v21) + 0.04166579619050026) * v21) + 0.1666666567325592) * v21) + 0.5)) + v21) + 1.0) * bitcast<f32>(((v22 + 127) << 23u))) * bitcast<f32>((((to_i32(v20) - v22) + 127) << 23u))));
      arena[v17 + 270836] = bitcast<u32>(result_2_0);
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
    var result_0: f32;
    let v2 = i_0 + 203548;
    result_0 = (bitcast<f32>(arena[v2]) * 0.8999999761581421) + acc_1;
    var result_2_0: f32;
    let v3 = i_0 + 101776;
    let v4 = result_0;
    result_2_0 = bitcast<f32>(arena[v3]) - (call.s0 * v4);
    if (lane == 0u) {
      arena[v2] = bitcast<u32>(v4);
    }
    if (lane == 0u) {
      arena[v3] = bitcast<u32>(result_2_0);
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

var<workgroup> k10_matmul_1_weight_and_2_more_b_0: array<vec4f, 128>;
var<workgroup> k10_matmul_1_weight_and_2_more_a_0: array<vec4f, 128>;
var<workgroup> k10_matmul_1_weight_and_2_more_part_0: array<f32, 64>;
var<workgroup> k10_matmul_1_weight_and_2_more_group_0: array<f32, 8>;
var<workgroup> k10_matmul_1_weight_and_2_more_b_1: array<f32, 256>;
var<workgroup> k10_matmul_1_weight_and_2_more_a_1: array<f32, 64>;
@compute @workgroup_size(64)
fn k10_matmul_1_weight_and_2_more(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let v0 = i32(group.x);
  if (v0 < 100) {
    var acc_0_0: vec4f;
    var acc_0_1: vec4f;
    var acc_0_2: vec4f;
    var acc_0_3: vec4f;
    let v1 = vec4f(0.0);
    acc_0_0 = v1;
    acc_0_1 = v1;
    acc_0_2 = v1;
    acc_0_3 = v1;
    let v2 = i32(call.n);
    let v3 = i32(lane);
    let tj_0 = v3 % 8;
    let ti_0 = v3 / 8;
    let j_0 = (v0 % 25) * 32;
    let i_0 = (v0 / 25) * 32;
    for (var k_0 = 0; k_0 < v2; k_0 += 16) {
      storageBarrier();
      workgroupBarrier();
      let v4 = tj_0 + (ti_0 * 8);
      let v5 = tj_0 * 4;
      let v6 = (j_0 + v5) < 784;
      let v7 = (k_0 + ti_0) < v2;
      let v8 = ((j_0 + (k_0 * 784)) + v5) + (ti_0 * 784);
      let v9 = (j_0 + (v5 + 1)) < 784;
      let v10 = (j_0 + (v5 + 2)) < 784;
      let v11 = (j_0 + (v5 + 3)) < 784;
      k10_matmul_1_weight_and_2_more_b_0[v4] = vec4f(select(0.0, bitcast<f32>(arena[(v8 + 203564)]), (v6 && v7)), select(0.0, bitcast<f32>(arena[(v8 + 203565)]), (v9 && v7)), select(0.0, bitcast<f32>(arena[(v8 + 203566)]), (v10 && v7)), select(0.0, bitcast<f32>(arena[(v8 + 203567)]), (v11 && v7)));
      let v12 = v4 + 64;
      let v13 = (k_0 + (ti_0 + 8)) < v2;
      k10_matmul_1_weight_and_2_more_b_0[v12] = vec4f(select(0.0, bitcast<f32>(arena[(v8 + 209836)]), (v6 && v13)), select(0.0, bitcast<f32>(arena[(v8 + 209837)]), (v9 && v13)), select(0.0, bitcast<f32>(arena[(v8 + 209838)]), (v10 && v13)), select(0.0, bitcast<f32>(arena[(v8 + 209839)]), (v11 && v13)));
      let v14 = ((i_0 + (k_0 * 128)) + v5) + (ti_0 * 128);
      k10_matmul_1_weight_and_2_more_a_0[v4] = vec4f(select(0.0, bitcast<f32>(arena[(v14 + 262644)]), v7), select(0.0, bitcast<f32>(arena[(v14 + 262645)]), v7), select(0.0, bitcast<f32>(arena[(v14 + 262646)]), v7), select(0.0, bitcast<f32>(arena[(v14 + 262647)]), v7));
      k10_matmul_1_weight_and_2_more_a_0[v12] = vec4f(select(0.0, bitcast<f32>(arena[(v14 + 263668)]), v13), select(0.0, bitcast<f32>(arena[(v14 + 263669)]), v13), select(0.0, bitcast<f32>(arena[(v14 + 263670)]), v13), select(0.0, bitcast<f32>(arena[(v14 + 263671)]), v13));
      storageBarrier();
      workgroupBarrier();
      for (var k_i_0 = 0; k_i_0 < min(16, (v2 - k_0)); k_i_0++) {
        let v15 = k_i_0 * 8;
        let v16 = k10_matmul_1_weight_and_2_more_b_0[(v15 + tj_0)];
        let v17 = k10_matmul_1_weight_and_2_more_a_0[(v15 + ti_0)];
        acc_0_0 = acc_0_0 + (v16 * v17.x);
        acc_0_1 = acc_0_1 + (v16 * v17.y);
        acc_0_2 = acc_0_2 + (v16 * v17.z);
        acc_0_3 = acc_0_3 + (v16 * v17.w);
      }
    }
    let v18 = tj_0 * 4;
    let v19 = 0 < (784 - (j_0 + v18));
    if (v19) {
      var result_0: f32;
      let v20 = ((j_0 + (i_0 * 784)) + v18) + (ti_0 * 3136);
      let v21 = v20 + 101788;
      result_0 = (bitcast<f32>(arena[v21]) * 0.8999999761581421) + acc_0_0.x;
      var result_2_0: f32;
      let v22 = v20 + 16;
      let v23 = result_0;
      result_2_0 = bitcast<f32>(arena[v22]) - (call.s0 * v23);
      arena[v21] = bitcast<u32>(v23);
      arena[v22] = bitcast<u32>(result_2_0);
    }
    let v24 = 0 < (784 - (j_0 + (v18 + 1)));
    if (v24) {
      var result_1: f32;
      let v25 = ((j_0 + (i_0 * 784)) + v18) + (ti_0 * 3136);
      let v26 = v25 + 101789;
      result_1 = (bitcast<f32>(arena[v26]) * 0.8999999761581421) + acc_0_0.y;
      var result_2_1: f32;
      let v27 = v25 + 17;
      let v28 = result_1;
      result_2_1 = bitcast<f32>(arena[v27]) - (call.s0 * v28);
      arena[v26] = bitcast<u32>(v28);
      arena[v27] = bitcast<u32>(result_2_1);
    }
    let v29 = 0 < (784 - (j_0 + (v18 + 2)));
    if (v29) {
      var result_2: f32;
      let v30 = ((j_0 + (i_0 * 784)) + v18) + (ti_0 * 3136);
      let v31 = v30 + 101790;
      result_2 = (bitcast<f32>(arena[v31]) * 0.8999999761581421) + acc_0_0.z;
      var result_2_2: f32;
      let v32 = v30 + 18;
      let v33 = result_2;
      result_2_2 = bitcast<f32>(arena[v32]) - (call.s0 * v33);
      arena[v31] = bitcast<u32>(v33);
      arena[v32] = bitcast<u32>(result_2_2);
    }
    let v34 = 0 < (784 - (j_0 + (v18 + 3)));
    if (v34) {
      var result_3: f32;
      let v35 = ((j_0 + (i_0 * 784)) + v18) + (ti_0 * 3136);
      let v36 = v35 + 101791;
      result_3 = (bitcast<f32>(arena[v36]) * 0.8999999761581421) + acc_0_0.w;
      var result_2_3: f32;
      let v37 = v35 + 19;
      let v38 = result_3;
      result_2_3 = bitcast<f32>(arena[v37]) - (call.s0 * v38);
      arena[v36] = bitcast<u32>(v38);
      arena[v37] = bitcast<u32>(result_2_3);
    }
    if (v19) {
      var result_4: f32;
      let v39 = ((j_0 + (i_0 * 784)) + v18) + (ti_0 * 3136);
      let v40 = v39 + 102572;
      result_4 = (bitcast<f32>(arena[v40]) * 0.8999999761581421) + acc_0_1.x;
      var result_2_4: f32;
      let v41 = v39 + 800;
      let v42 = result_4;
      result_2_4 = bitcast<f32>(arena[v41]) - (call.s0 * v42);
      arena[v40] = bitcast<u32>(v42);
      arena[v41] = bitcast<u32>(result_2_4);
    }
    if (v24) {
      var result_5: f32;
      let v43 = ((j_0 + (i_0 * 784)) + v18) + (ti_0 * 3136);
      let v44 = v43 + 102573;
      result_5 = (bitcast<f32>(arena[v44]) * 0.8999999761581421) + acc_0_1.y;
      var result_2_5: f32;
      let v45 = v43 + 801;
      let v46 = result_5;
      result_2_5 = bitcast<f32>(arena[v45]) - (call.s0 * v46);
      arena[v44] = bitcast<u32>(v46);
      arena[v45] = bitcast<u32>(result_2_5);
    }
    if (v29) {
      var result_6: f32;
      let v47 = ((j_0 + (i_0 * 784)) + v18) + (ti_0 * 3136);
      let v48 = v47 + 102574;
      result_6 = (bitcast<f32>(arena[v48]) * 0.8999999761581421) + acc_0_1.z;
      var result_2_6: f32;
      let v49 = v47 + 802;
      let v50 = result_6;
      result_2_6 = bitcast<f32>(arena[v49]) - (call.s0 * v50);
      arena[v48] = bitcast<u32>(v50);
      arena[v49] = bitcast<u32>(result_2_6);
    }
    if (v34) {
      var result_7: f32;
      let v51 = ((j_0 + (i_0 * 784)) + v18) + (ti_0 * 3136);
      let v52 = v51 + 102575;
      result_7 = (bitcast<f32>(arena[v52]) * 0.8999999761581421) + acc_0_1.w;
      var result_2_7: f32;
      let v53 = v51 + 803;
      let v54 = result_7;
      result_2_7 = bitcast<f32>(arena[v53]) - (call.s0 * v54);
      arena[v52] = bitcast<u32>(v54);
      arena[v53] = bitcast<u32>(result_2_7);
    }
    if (v19) {
      var result_8: f32;
      let v55 = ((j_0 + (i_0 * 784)) + v18) + (ti_0 * 3136);
      let v56 = v55 + 103356;
      result_8 = (bitcast<f32>(arena[v56]) * 0.8999999761581421) + acc_0_2.x;
      var result_2_8: f32;
      let v57 = v55 + 1584;
      let v58 = result_8;
      result_2_8 = bitcast<f32>(arena[v57]) - (call.s0 * v58);
      arena[v56] = bitcast<u32>(v58);
      arena[v57] = bitcast<u32>(result_2_8);
    }
    if (v24) {
      var result_9: f32;
      let v59 = ((j_0 + (i_0 * 784)) + v18) + (ti_0 * 3136);
      let v60 = v59 + 103357;
      result_9 = (bitcast<f32>(arena[v60]) * 0.8999999761581421) + acc_0_2.y;
      var result_2_9: f32;
      let v61 = v59 + 1585;
      let v62 = result_9;
      result_2_9 = bitcast<f32>(arena[v61]) - (call.s0 * v62);
      arena[v60] = bitcast<u32>(v62);
      arena[v61] = bitcast<u32>(result_2_9);
    }
    if (v29) {
      var result_10: f32;
      let v63 = ((j_0 + (i_0 * 784)) + v18) + (ti_0 * 3136);
      let v64 = v63 + 103358;
      result_10 = (bitcast<f32>(arena[v64]) * 0.8999999761581421) + acc_0_2.z;
      var result_2_10: f32;
      let v65 = v63 + 1586;
      let v66 = result_10;
      result_2_10 = bitcast<f32>(arena[v65]) - (call.s0 * v66);
      arena[v64] = bitcast<u32>(v66);
      arena[v65] = bitcast<u32>(result_2_10);
    }
    if (v34) {
      var result_11: f32;
      let v67 = ((j_0 + (i_0 * 784)) + v18) + (ti_0 * 3136);
      let v68 = v67 + 103359;
      result_11 = (bitcast<f32>(arena[v68]) * 0.8999999761581421) + acc_0_2.w;
      var result_2_11: f32;
      let v69 = v67 + 1587;
      let v70 = result_11;
      result_2_11 = bitcast<f32>(arena[v69]) - (call.s0 * v70);
      arena[v68] = bitcast<u32>(v70);
      arena[v69] = bitcast<u32>(result_2_11);
    }
    if (v19) {
      var result_12: f32;
      let v71 = ((j_0 + (i_0 * 784)) + v18) + (ti_0 * 3136);
      let v72 = v71 + 104140;
      result_12 = (bitcast<f32>(arena[v72]) * 0.8999999761581421) + acc_0_3.x;
      var result_2_12: f32;
      let v73 = v71 + 2368;
      let v74 = result_12;
      result_2_12 = bitcast<f32>(arena[v73]) - (call.s0 * v74);
      arena[v72] = bitcast<u32>(v74);
      arena[v73] = bitcast<u32>(result_2_12);
    }
    if (v24) {
      var result_13: f32;
      let v75 = ((j_0 + (i_0 * 784)) + v18) + (ti_0 * 3136);
      let v76 = v75 + 104141;
      result_13 = (bitcast<f32>(arena[v76]) * 0.8999999761581421) + acc_0_3.y;
      var result_2_13: f32;
      let v77 = v75 + 2369;
      let v78 = result_13;
      result_2_13 = bitcast<f32>(arena[v77]) - (call.s0 * v78);
      arena[v76] = bitcast<u32>(v78);
      arena[v77] = bitcast<u32>(result_2_13);
    }
    if (v29) {
      var result_14: f32;
      let v79 = ((j_0 + (i_0 * 784)) + v18) + (ti_0 * 3136);
      let v80 = v79 + 104142;
      result_14 = (bitcast<f32>(arena[v80]) * 0.8999999761581421) + acc_0_3.z;
      var result_2_14: f32;
      let v81 = v79 + 2370;
      let v82 = result_14;
      result_2_14 = bitcast<f32>(arena[v81]) - (call.s0 * v82);
      arena[v80] = bitcast<u32>(v82);
      arena[v81] = bitcast<u32>(result_2_14);
    }
    if (v34) {
      var result_15: f32;
      let v83 = ((j_0 + (i_0 * 784)) + v18) + (ti_0 * 3136);
      let v84 = v83 + 104143;
      result_15 = (bitcast<f32>(arena[v84]) * 0.8999999761581421) + acc_0_3.w;
      var result_2_15: f32;
      let v85 = v83 + 2371;
      let v86 = result_15;
      result_2_15 = bitcast<f32>(arena[v85]) - (call.s0 * v86);
      arena[v84] = bitcast<u32>(v86);
      arena[v85] = bitcast<u32>(result_2_15);
    }
  }
  if ((v0 >= 100) && (v0 < 228)) {
    var acc_1: f32;
    acc_1 = 0.0;
    var own_0: f32;
    own_0 = 0.0;
    let t_0 = i32(lane);
    let i_1 = v0 - 100;
    for (var r0_0 = t_0; r0_0 < i32(call.n); r0_0 += 64) {
      own_0 = own_0 + bitcast<f32>(arena[((i_1 + (r0_0 * 128)) + 262644)]);
    }
    k10_matmul_1_weight_and_2_more_part_0[t_0] = own_0;
    storageBarrier();
    workgroupBarrier();
    if (t_0 < 8) {
      var own_1: f32;
      own_1 = 0.0;
      for (var u_0 = 0; u_0 < 8; u_0++) {
        own_1 = own_1 + k10_matmul_1_weight_and_2_more_part_0[((t_0 * 8) + u_0)];
      }
      k10_matmul_1_weight_and_2_more_group_0[t_0] = own_1;
    }
    storageBarrier();
    workgroupBarrier();
    for (var t_1 = 0; t_1 < 8; t_1++) {
      acc_1 = acc_1 + k10_matmul_1_weight_and_2_more_group_0[t_1];
    }
    var result_16: f32;
    let v87 = i_1 + 202140;
    result_16 = (bitcast<f32>(arena[v87]) * 0.8999999761581421) + acc_1;
    var result_2_16: f32;
    let v88 = i_1 + 100368;
    let v89 = result_16;
    result_2_16 = bitcast<f32>(arena[v88]) - (call.s0 * v89);
    if (lane == 0u) {
      arena[v87] = bitcast<u32>(v89);
    }
    if (lane == 0u) {
      arena[v88] = bitcast<u32>(result_2_16);
    }
  }
  if ((v0 >= 228) && (v0 < 252)) {
    var acc_2_0: f32;
    acc_2_0 = 0.0;
    let v90 = i32(call.n);
    let v91 = i32(lane);
    let tj_1 = v91 % 16;
    let ti_1 = v91 / 16;
    let v93 = v0 - 228;
    let j_1 = (v93 % 8) * 16;
    let i_2 = (v93 / 8) * 4;
    for (var k_1 = 0; k_1 < v90; k_1 += 16) {
      storageBarrier();
      workgroupBarrier();
      let v92 = tj_1 + (ti_1 * 16);
      let v94 = ((j_1 + (k_1 * 128)) + tj_1) + (ti_1 * 128);
      k10_matmul_1_weight_and_2_more_b_1[v92] = select(0.0, bitcast<f32>(arena[(v94 + 254452)]), ((k_1 + ti_1) < v90));
      k10_matmul_1_weight_and_2_more_b_1[v92 + 64] = select(0.0, bitcast<f32>(arena[(v94 + 254964)]), ((k_1 + (ti_1 + 4)) < v90));
      k10_matmul_1_weight_and_2_more_b_1[v92 + 128] = select(0.0, bitcast<f32>(arena[(v94 + 255476)]), ((k_1 + (ti_1 + 8)) < v90));
      k10_matmul_1_weight_and_2_more_b_1[v92 + 192] = select(0.0, bitcast<f32>(arena[(v94 + 255988)]), ((k_1 + (ti_1 + 12)) < v90));
      let t_2 = v91 % 4;
      let s_0 = v91 / 4;
      k10_matmul_1_weight_and_2_more_a_1[t_2 + (s_0 * 4)] = select(0.0, bitcast<f32>(arena[((((i_2 + (k_1 * 10)) + t_2) + (s_0 * 10)) + 270836)]), (((i_2 + t_2) < 10) && ((k_1 + s_0) < v90)));
      storageBarrier();
      workgroupBarrier();
      for (var k_i_1 = 0; k_i_1 < min(16, (v90 - k_1)); k_i_1++) {
        acc_2_0 = acc_2_0 + (k10_matmul_1_weight_and_2_more_b_1[((k_i_1 * 16) + tj_1)] * k10_matmul_1_weight_and_2_more_a_1[((k_i_1 * 4) + ti_1)]);
      }
    }
    if (0 < (10 - (i_2 + ti_1))) {
      var result_17: f32;
      let v95 = ((j_1 + (i_2 * 128)) + tj_1) + (ti_1 * 128);
      let v96 = v95 + 202268;
      result_17 = (bitcast<f32>(arena[v96]) * 0.8999999761581421) + acc_2_0;
      var result_2_17: f32;
      let v97 = v95 + 100496;
      let v98 = result_17;
      result_2_17 = bitcast<f32>(arena[v97]) - (call.s0 * v98);
      arena[v96] = bitcast<u32>(v98);
      arena[v97] = bitcast<u32>(result_2_17);
    }
  }
}
