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

@compute @workgroup_size(56)
fn k0_conv2d_max_pool2d(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let v0 = i32(lane);
  let y_i_0 = v0 / 14;
  let v1 = i32(group.x);
  let y_0 = (v1 % 4) * 4;
  let n_0 = i32(group.y);
  let x_1_i_0 = v0 % 14;
  let c_0 = v1 / 4;
  if (y_i_0 < (14 - y_0)) {
    var top_0: f32;
    top_0 = special(1u);
    for (var i_0 = 0; i_0 < 2; i_0++) {
      for (var j_0 = 0; j_0 < 2; j_0++) {
        var acc_0: f32;
        acc_0 = 0.0;
        for (var i_2_0 = 0; i_2_0 < 5; i_2_0++) {
          for (var j_2_0 = 0; j_2_0 < 5; j_2_0++) {
            acc_0 = acc_0 + (bitcast<f32>(arena[(((((((((y_0 * 64) + (n_0 * 1024)) + (x_1_i_0 * 2)) + (y_i_0 * 64)) + (i_0 * 32)) + j_0) + (i_2_0 * 32)) + j_2_0) + 123444)]) * bitcast<f32>(arena[((((c_0 * 25) + (i_2_0 * 5)) + j_2_0) + 16)]));
          }
        }
        let v2 = acc_0 + bitcast<f32>(arena[(c_0 + 168)]);
        top_0 = max_f32(top_0, select(v2, 0.0, (v2 < 0.0)));
      }
    }
    arena[(((((y_0 * 14) + (c_0 * 196)) + (n_0 * 1176)) + x_1_i_0) + (y_i_0 * 14)) + 521468] = bitcast<u32>(top_0);
  }
}

@compute @workgroup_size(50)
fn k1_conv2d_max_pool2d_2(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var top_0: f32;
  top_0 = special(1u);
  let n_0 = i32(group.y);
  let v0 = i32(lane);
  let x_i_0 = v0 % 5;
  let v1 = v0 / 5;
  let y_i_0 = v1 % 5;
  let c_0 = i32(group.x) * 2;
  let c_i_0 = v1 / 5;
  for (var i_0 = 0; i_0 < 2; i_0++) {
    for (var j_0 = 0; j_0 < 2; j_0++) {
      var acc_0: f32;
      acc_0 = 0.0;
      for (var c_2_0 = 0; c_2_0 < 6; c_2_0++) {
        for (var i_2_0 = 0; i_2_0 < 5; i_2_0++) {
          for (var j_2_0 = 0; j_2_0 < 5; j_2_0++) {
            acc_0 = acc_0 + (bitcast<f32>(arena[(((((((((n_0 * 1176) + (x_i_0 * 2)) + (y_i_0 * 28)) + (i_0 * 14)) + j_0) + (c_2_0 * 196)) + (i_2_0 * 14)) + j_2_0) + 521468)]) * bitcast<f32>(arena[((((((c_0 * 150) + (c_i_0 * 150)) + (c_2_0 * 25)) + (i_2_0 * 5)) + j_2_0) + 176)]));
          }
        }
      }
      let v2 = acc_0 + bitcast<f32>(arena[((c_0 + c_i_0) + 2576)]);
      top_0 = max_f32(top_0, select(v2, 0.0, (v2 < 0.0)));
    }
  }
  arena[(((((c_0 * 25) + (n_0 * 400)) + x_i_0) + (y_i_0 * 5)) + (c_i_0 * 25)) + 747260] = bitcast<u32>(top_0);
}

var<workgroup> k2_matmul_a_0: array<f32, 128>;
var<workgroup> k2_matmul_b_0: array<f32, 128>;
@compute @workgroup_size(64)
fn k2_matmul(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0_0: f32;
  acc_0_0 = 0.0;
  let v0 = i32(lane);
  let n_0 = i32(group.y) * 8;
  let j_0 = i32(group.x) * 8;
  let ti_0 = v0 / 8;
  let tj_0 = v0 % 8;
  for (var k_0 = 0; k_0 < 400; k_0 += 16) {
    workgroupBarrier();
    let t_0 = v0 % 16;
    let s_0 = v0 / 16;
    let v1 = (t_0 * 8) + s_0;
    let v2 = i32(call.n);
    let v3 = s_0 * 400;
    let v4 = (((n_0 * 400) + k_0) + t_0) + v3;
    k2_matmul_a_0[v1] = select(0.0, bitcast<f32>(arena[(v4 + 747260)]), ((n_0 + s_0) < v2));
    let v5 = v1 + 4;
    k2_matmul_a_0[v5] = select(0.0, bitcast<f32>(arena[(v4 + 748860)]), ((n_0 + (s_0 + 4)) < v2));
    let v6 = (((j_0 * 400) + k_0) + t_0) + v3;
    k2_matmul_b_0[v1] = bitcast<f32>(arena[(v6 + 2592)]);
    k2_matmul_b_0[v5] = bitcast<f32>(arena[(v6 + 4192)]);
    workgroupBarrier();
    for (var k_i_0 = 0; k_i_0 < 16; k_i_0++) {
      let v7 = k_i_0 * 8;
      acc_0_0 = acc_0_0 + (k2_matmul_a_0[(v7 + ti_0)] * k2_matmul_b_0[(v7 + tj_0)]);
    }
  }
  if (0 < (i32(call.n) - (n_0 + ti_0))) {
    let v8 = acc_0_0 + bitcast<f32>(arena[((j_0 + tj_0) + 50592)]);
    arena[(((j_0 + (n_0 * 120)) + tj_0) + (ti_0 * 120)) + 824060] = bitcast<u32>(select(v8, 0.0, (v8 < 0.0)));
  }
}

var<workgroup> k3_matmul_2_a_0: array<f32, 128>;
var<workgroup> k3_matmul_2_b_0: array<f32, 128>;
@compute @workgroup_size(64)
fn k3_matmul_2(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0_0: f32;
  acc_0_0 = 0.0;
  let v0 = i32(lane);
  let n_0 = i32(group.y) * 8;
  let j_0 = i32(group.x) * 8;
  let ti_0 = v0 / 8;
  let tj_0 = v0 % 8;
  for (var k_0 = 0; k_0 < 120; k_0 += 16) {
    workgroupBarrier();
    let t_0 = v0 % 16;
    let s_0 = v0 / 16;
    let v1 = (t_0 * 8) + s_0;
    let v2 = i32(call.n);
    let v3 = (k_0 + t_0) < 120;
    let v4 = s_0 * 120;
    let v5 = (((n_0 * 120) + k_0) + t_0) + v4;
    k3_matmul_2_a_0[v1] = select(0.0, bitcast<f32>(arena[(v5 + 824060)]), (((n_0 + s_0) < v2) && v3));
    let v6 = v1 + 4;
    let v7 = s_0 + 4;
    k3_matmul_2_a_0[v6] = select(0.0, bitcast<f32>(arena[(v5 + 824540)]), (((n_0 + v7) < v2) && v3));
    let v8 = (((j_0 * 120) + k_0) + t_0) + v4;
    k3_matmul_2_b_0[v1] = select(0.0, bitcast<f32>(arena[(v8 + 50712)]), (((j_0 + s_0) < 84) && v3));
    k3_matmul_2_b_0[v6] = select(0.0, bitcast<f32>(arena[(v8 + 51192)]), (((j_0 + v7) < 84) && v3));
    workgroupBarrier();
    for (var k_i_0 = 0; k_i_0 < min(16, (120 - k_0)); k_i_0++) {
      let v9 = k_i_0 * 8;
      acc_0_0 = acc_0_0 + (k3_matmul_2_a_0[(v9 + ti_0)] * k3_matmul_2_b_0[(v9 + tj_0)]);
    }
  }
  if (0 < (i32(call.n) - (n_0 + ti_0))) {
    let v10 = j_0 + tj_0;
    if (0 < (84 - v10)) {
      let v11 = acc_0_0 + bitcast<f32>(arena[(v10 + 60792)]);
      arena[(((j_0 + (n_0 * 84)) + tj_0) + (ti_0 * 84)) + 839420] = bitcast<u32>(select(v11, 0.0, (v11 < 0.0)));
    }
  }
}

var<workgroup> k4_matmul_3_a_0: array<f32, 128>;
var<workgroup> k4_matmul_3_b_0: array<f32, 128>;
@compute @workgroup_size(64)
fn k4_matmul_3(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0_0: f32;
  acc_0_0 = 0.0;
  let v0 = i32(lane);
  let n_0 = i32(group.y) * 8;
  let j_0 = i32(group.x) * 8;
  let ti_0 = v0 / 8;
  let tj_0 = v0 % 8;
  for (var k_0 = 0; k_0 < 84; k_0 += 16) {
    workgroupBarrier();
    let t_0 = v0 % 16;
    let s_0 = v0 / 16;
    let v1 = (t_0 * 8) + s_0;
    let v2 = i32(call.n);
    let v3 = (k_0 + t_0) < 84;
    let v4 = s_0 * 84;
    let v5 = (((n_0 * 84) + k_0) + t_0) + v4;
    k4_matmul_3_a_0[v1] = select(0.0, bitcast<f32>(arena[(v5 + 839420)]), (((n_0 + s_0) < v2) && v3));
    let v6 = v1 + 4;
    let v7 = s_0 + 4;
    k4_matmul_3_a_0[v6] = select(0.0, bitcast<f32>(arena[(v5 + 839756)]), (((n_0 + v7) < v2) && v3));
    let v8 = (((j_0 * 84) + k_0) + t_0) + v4;
    k4_matmul_3_b_0[v1] = select(0.0, bitcast<f32>(arena[(v8 + 60876)]), (((j_0 + s_0) < 10) && v3));
    k4_matmul_3_b_0[v6] = select(0.0, bitcast<f32>(arena[(v8 + 61212)]), (((j_0 + v7) < 10) && v3));
    workgroupBarrier();
    for (var k_i_0 = 0; k_i_0 < min(16, (84 - k_0)); k_i_0++) {
      let v9 = k_i_0 * 8;
      acc_0_0 = acc_0_0 + (k4_matmul_3_a_0[(v9 + ti_0)] * k4_matmul_3_b_0[(v9 + tj_0)]);
    }
  }
  if (0 < (i32(call.n) - (n_0 + ti_0))) {
    let v10 = j_0 + tj_0;
    if (0 < (10 - v10)) {
      arena[(((j_0 + (n_0 * 10)) + tj_0) + (ti_0 * 10)) + 189044] = bitcast<u32>(acc_0_0 + bitcast<f32>(arena[(v10 + 61716)]));
    }
  }
}

@compute @workgroup_size(64)
fn k5_reduce_max_reduce_sum(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let n_i_0 = i32(lane);
  let n_0 = i32(group.y) * 64;
  if (n_i_0 < (i32(call.n) - n_0)) {
    var top_0: f32;
    top_0 = special(1u);
    for (var r1_0 = 0; r1_0 < 10; r1_0++) {
      top_0 = max_f32(top_0, bitcast<f32>(arena[((((n_0 * 10) + (n_i_0 * 10)) + r1_0) + 189044)]));
    }
    var acc_0: f32;
    acc_0 = 0.0;
    for (var r1_2_0 = 0; r1_2_0 < 10; r1_2_0++) {
      let v0 = bitcast<f32>(arena[((((n_0 * 10) + (n_i_0 * 10)) + r1_2_0) + 189044)]) - top_0;
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
      acc_2_0 = acc_2_0 + select(0.0, ((bitcast<f32>(arena[((((n_0 * 10) + (n_i_0 * 10)) + r1_3_0) + 189044)]) - top_0) - select(select(select(special(2u), v5, v6), special(1u), (v5 == 0.0)), (((((v10 * (v11 + ((v12 * ((0.2849878668785095 * v13) + 0.6666666269302368)) + (v13 * ((0.24279078841209412 * v13) + 0.40000972151756287))))) + (v14 * 0.00000905800061445916)) - v11) + v9) + (v14 * 0.6931381225585938)), (v6 && (v5 < special(0u))))), (bitcast<i32>(arena[((n_0 + n_i_0) + 188980)]) == r1_3_0));
    }
    arena[(n_0 + n_i_0) + 190332] = bitcast<u32>(-acc_2_0);
  }
}

var<workgroup> k6_reduce_sum_part_0: array<f32, 64>;
var<workgroup> k6_reduce_sum_group_0: array<f32, 8>;
@compute @workgroup_size(64)
fn k6_reduce_sum(@builtin(local_invocation_index) lane: u32) {
  var acc_0: f32;
  acc_0 = 0.0;
  var own_0: f32;
  own_0 = 0.0;
  let t_0 = i32(lane);
  let v0 = i32(call.n);
  for (var r0_0 = t_0; r0_0 < v0; r0_0 += 64) {
    own_0 = own_0 + bitcast<f32>(arena[(r0_0 + 190332)]);
  }
  k6_reduce_sum_part_0[t_0] = own_0;
  workgroupBarrier();
  if (t_0 < 8) {
    var own_1: f32;
    own_1 = 0.0;
    for (var u_0 = 0; u_0 < 8; u_0++) {
      own_1 = own_1 + k6_reduce_sum_part_0[((t_0 * 8) + u_0)];
    }
    k6_reduce_sum_group_0[t_0] = own_1;
  }
  workgroupBarrier();
  for (var t_1 = 0; t_1 < 8; t_1++) {
    acc_0 = acc_0 + k6_reduce_sum_group_0[t_1];
  }
  if (lane == 0u) {
    arena[189684] = bitcast<u32>(acc_0 / f32(v0));
  }
}

@compute @workgroup_size(64)
fn k7_argmax(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let n_i_0 = i32(lane);
  let n_0 = i32(group.y) * 64;
  if (n_i_0 < (i32(call.n) - n_0)) {
    var top_0: f32;
    top_0 = special(1u);
    var where_0: i32;
    where_0 = 0;
    for (var r1_0 = 0; r1_0 < 10; r1_0++) {
      var v_0: f32;
      v_0 = bitcast<f32>(arena[((((n_0 * 10) + (n_i_0 * 10)) + r1_0) + 189044)]);
      let v0 = v_0;
      let v1 = top_0;
      let v2 = is_nan(v1);
      let v3 = (((!(v0 <= v1)) || is_nan(v0)) || v2) && (!v2);
      where_0 = select(where_0, r1_0, v3);
      top_0 = select(v1, v0, v3);
    }
    let v4 = n_0 + n_i_0;
    arena[v4 + 189692] = u32(where_0 == bitcast<i32>(arena[(v4 + 188980)]));
  }
}

var<workgroup> k8_reduce_sum_2_part_0: array<f32, 64>;
var<workgroup> k8_reduce_sum_2_group_0: array<f32, 8>;
@compute @workgroup_size(64)
fn k8_reduce_sum_2(@builtin(local_invocation_index) lane: u32) {
  var acc_0: f32;
  acc_0 = 0.0;
  var own_0: f32;
  own_0 = 0.0;
  let t_0 = i32(lane);
  for (var r0_0 = t_0; r0_0 < i32(call.n); r0_0 += 64) {
    own_0 = own_0 + f32((arena[(r0_0 + 189692)] != 0u));
  }
  k8_reduce_sum_2_part_0[t_0] = own_0;
  workgroupBarrier();
  if (t_0 < 8) {
    var own_1: f32;
    own_1 = 0.0;
    for (var u_0 = 0; u_0 < 8; u_0++) {
      own_1 = own_1 + k8_reduce_sum_2_part_0[((t_0 * 8) + u_0)];
    }
    k8_reduce_sum_2_group_0[t_0] = own_1;
  }
  workgroupBarrier();
  for (var t_1 = 0; t_1 < 8; t_1++) {
    acc_0 = acc_0 + k8_reduce_sum_2_group_0[t_1];
  }
  if (lane == 0u) {
    arena[189688] = bitcast<u32>(acc_0);
  }
}

@compute @workgroup_size(56)
fn k9_conv2d_max_pool2d_max_pool2d_index(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let v0 = i32(lane);
  let y_i_0 = v0 / 14;
  let v1 = i32(group.x);
  let y_0 = (v1 % 4) * 4;
  let n_0 = i32(group.y);
  let x_1_i_0 = v0 % 14;
  let c_0 = v1 / 4;
  if (y_i_0 < (14 - y_0)) {
    var top_0: f32;
    top_0 = special(1u);
    var where_0: i32;
    where_0 = 0;
    for (var i_0 = 0; i_0 < 2; i_0++) {
      for (var j_0 = 0; j_0 < 2; j_0++) {
        var acc_0: f32;
        acc_0 = 0.0;
        for (var i_2_0 = 0; i_2_0 < 5; i_2_0++) {
          for (var j_2_0 = 0; j_2_0 < 5; j_2_0++) {
            acc_0 = acc_0 + (bitcast<f32>(arena[(((((((((y_0 * 64) + (n_0 * 1024)) + (x_1_i_0 * 2)) + (y_i_0 * 64)) + (i_0 * 32)) + j_0) + (i_2_0 * 32)) + j_2_0) + 123444)]) * bitcast<f32>(arena[((((c_0 * 25) + (i_2_0 * 5)) + j_2_0) + 16)]));
          }
        }
        var v_0: f32;
        let v2 = acc_0 + bitcast<f32>(arena[(c_0 + 168)]);
        v_0 = select(v2, 0.0, (v2 < 0.0));
        let v3 = v_0;
        let v4 = top_0;
        let v5 = is_nan(v4);
        let v6 = (((!(v3 <= v4)) || is_nan(v3)) || v5) && (!v5);
        where_0 = select(where_0, ((i_0 * 2) + j_0), v6);
        top_0 = select(v4, v3, v6);
      }
    }
    var out_0: i32;
    out_0 = where_0 & 255;
    let v7 = ((((y_0 * 14) + (c_0 * 196)) + (n_0 * 1176)) + x_1_i_0) + (y_i_0 * 14);
    arena[v7 + 521468] = bitcast<u32>(top_0);
    arena[v7 + 596732] = u32(out_0);
  }
}

@compute @workgroup_size(50)
fn k10_conv2d_max_pool2d_max_pool2d_index_2(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var top_0: f32;
  top_0 = special(1u);
  var where_0: i32;
  where_0 = 0;
  let n_0 = i32(group.y);
  let v0 = i32(lane);
  let x_i_0 = v0 % 5;
  let v1 = v0 / 5;
  let y_i_0 = v1 % 5;
  let c_0 = i32(group.x) * 2;
  let c_i_0 = v1 / 5;
  for (var i_0 = 0; i_0 < 2; i_0++) {
    for (var j_0 = 0; j_0 < 2; j_0++) {
      var acc_0: f32;
      acc_0 = 0.0;
      for (var c_2_0 = 0; c_2_0 < 6; c_2_0++) {
        for (var i_2_0 = 0; i_2_0 < 5; i_2_0++) {
          for (var j_2_0 = 0; j_2_0 < 5; j_2_0++) {
            acc_0 = acc_0 + (bitcast<f32>(arena[(((((((((n_0 * 1176) + (x_i_0 * 2)) + (y_i_0 * 28)) + (i_0 * 14)) + j_0) + (c_2_0 * 196)) + (i_2_0 * 14)) + j_2_0) + 521468)]) * bitcast<f32>(arena[((((((c_0 * 150) + (c_i_0 * 150)) + (c_2_0 * 25)) + (i_2_0 * 5)) + j_2_0) + 176)]));
          }
        }
      }
      var v_0: f32;
      let v2 = acc_0 + bitcast<f32>(arena[((c_0 + c_i_0) + 2576)]);
      v_0 = select(v2, 0.0, (v2 < 0.0));
      let v3 = v_0;
      let v4 = top_0;
      let v5 = is_nan(v4);
      let v6 = (((!(v3 <= v4)) || is_nan(v3)) || v5) && (!v5);
      where_0 = select(where_0, ((i_0 * 2) + j_0), v6);
      top_0 = select(v4, v3, v6);
    }
  }
  var out_0: i32;
  out_0 = where_0 & 255;
  let v7 = ((((c_0 * 25) + (n_0 * 400)) + x_i_0) + (y_i_0 * 5)) + (c_i_0 * 25);
  arena[v7 + 747260] = bitcast<u32>(top_0);
  arena[v7 + 772860] = u32(out_0);
}

var<workgroup> k11_matmul_3_1_a_0: array<f32, 128>;
var<workgroup> k11_matmul_3_1_b_0: array<f32, 128>;
@compute @workgroup_size(64)
fn k11_matmul_3_1(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0_0: f32;
  acc_0_0 = 0.0;
  let v0 = i32(lane);
  let n_0 = i32(group.y) * 8;
  let j_0 = i32(group.x) * 8;
  let ti_0 = v0 / 8;
  let tj_0 = v0 % 8;
  for (var k_0 = 0; k_0 < 84; k_0 += 16) {
    workgroupBarrier();
    let t_0 = v0 % 16;
    let s_0 = v0 / 16;
    let v1 = (t_0 * 8) + s_0;
    let v2 = i32(call.n);
    let v3 = (k_0 + t_0) < 84;
    let v4 = s_0 * 84;
    let v5 = (((n_0 * 84) + k_0) + t_0) + v4;
    k11_matmul_3_1_a_0[v1] = select(0.0, bitcast<f32>(arena[(v5 + 839420)]), (((n_0 + s_0) < v2) && v3));
    let v6 = v1 + 4;
    let v7 = s_0 + 4;
    k11_matmul_3_1_a_0[v6] = select(0.0, bitcast<f32>(arena[(v5 + 839756)]), (((n_0 + v7) < v2) && v3));
    let v8 = (((j_0 * 84) + k_0) + t_0) + v4;
    k11_matmul_3_1_b_0[v1] = select(0.0, bitcast<f32>(arena[(v8 + 60876)]), (((j_0 + s_0) < 10) && v3));
    k11_matmul_3_1_b_0[v6] = select(0.0, bitcast<f32>(arena[(v8 + 61212)]), (((j_0 + v7) < 10) && v3));
    workgroupBarrier();
    for (var k_i_0 = 0; k_i_0 < min(16, (84 - k_0)); k_i_0++) {
      let v9 = k_i_0 * 8;
      acc_0_0 = acc_0_0 + (k11_matmul_3_1_a_0[(v9 + ti_0)] * k11_matmul_3_1_b_0[(v9 + tj_0)]);
    }
  }
  if (0 < (i32(call.n) - (n_0 + ti_0))) {
    if (0 < (10 - (j_0 + tj_0))) {
      arena[(((j_0 + (n_0 * 10)) + tj_0) + (ti_0 * 10)) + 189692] = bitcast<u32>(acc_0_0);
    }
  }
}

@compute @workgroup_size(64)
fn k12_reduce_max_reduce_sum_1(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let n_i_0 = i32(lane);
  let v0 = i32(call.n);
  let n_0 = i32(group.y) * 64;
  if (n_i_0 < (v0 - n_0)) {
    var top_0: f32;
    top_0 = special(1u);
    for (var r1_0 = 0; r1_0 < 10; r1_0++) {
      top_0 = max_f32(top_0, (bitcast<f32>(arena[((((n_0 * 10) + (n_i_0 * 10)) + r1_0) + 189692)]) + bitcast<f32>(arena[(r1_0 + 61716)])));
    }
    var acc_0: f32;
    acc_0 = 0.0;
    for (var r1_2_0 = 0; r1_2_0 < 10; r1_2_0++) {
      let v1 = (bitcast<f32>(arena[((((n_0 * 10) + (n_i_0 * 10)) + r1_2_0) + 189692)]) + bitcast<f32>(arena[(r1_2_0 + 61716)])) - top_0;
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
      acc_2_0 = acc_2_0 + select(0.0, (((bitcast<f32>(arena[((((n_0 * 10) + (n_i_0 * 10)) + r1_3_0) + 189692)]) + bitcast<f32>(arena[(r1_3_0 + 61716)])) - top_0) - select(select(select(special(2u), v6, v7), special(1u), (v6 == 0.0)), (((((v11 * (v12 + ((v13 * ((0.2849878668785095 * v14) + 0.6666666269302368)) + (v14 * ((0.24279078841209412 * v14) + 0.40000972151756287))))) + (v15 * 0.00000905800061445916)) - v12) + v10) + (v15 * 0.6931381225585938)), (v7 && (v6 < special(0u))))), (bitcast<i32>(arena[((n_0 + n_i_0) + 188980)]) == r1_3_0));
    }
    var out_0: f32;
    out_0 = -acc_2_0;
    var acc_3_0: f32;
    acc_3_0 = 0.0;
    for (var r1_4_0 = 0; r1_4_0 < 10; r1_4_0++) {
      acc_3_0 = acc_3_0 + (-select(0.0, (-(1.0 / f32(v0))), (bitcast<i32>(arena[((n_0 + n_i_0) + 188980)]) == r1_4_0)));
    }
    let v16 = n_0 + n_i_0;
    arena[v16 + 190332] = bitcast<u32>(out_0);
    for (var j_0 = 0; j_0 < 10; j_0++) {
      var out_2_0: f32;
      let v17 = ((n_0 * 10) + (n_i_0 * 10)) + j_0;
      let v18 = (bitcast<f32>(arena[(v17 + 189692)]) + bitcast<f32>(arena[(j_0 + 61716)])) - top_0;
      let v19 = select(select(v18, (-104.0), (v18 < (-104.0))), 89.0, (v18 > 89.0));
      let v20 = round((v19 * 1.4426950216293335));
      let v21 = (v19 - (v20 * 0.693359375)) - (v20 * (-0.00021219444170128554));
      let v22 = to_i32((v20 * 0.5));
      out_2_0 = select(0.0, (-(1.0 / f32(v0))), (bitcast<i32>(arena[(v16 + 188980)]) == j_0)) + ((acc_3_0 / acc_0) * ((((((v21 * v21) * ((((((((((0.00019875691214110702 * v21) + 0.001398199936375022) * v21) + 0.008333452045917511) * v21) + 0.04166579619050026) * v21) + 0.1666666567325592) * v21) + 0.5)) + v21) + 1.0) * bitcast<f32>(((v22 + 127) << 23u))) * bitcast<f32>((((to_i32(v20) - v22) + 127) << 23u))));
      arena[v17 + 850172] = bitcast<u32>(out_2_0);
    }
  }
}

@compute @workgroup_size(64)
fn k13_matmul_4(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let j_i_0 = i32(lane);
  let j_0 = i32(group.x) * 64;
  let n_0 = i32(group.y);
  if (j_i_0 < (84 - j_0)) {
    var acc_0: f32;
    acc_0 = 0.0;
    for (var k_0 = 0; k_0 < 10; k_0++) {
      acc_0 = acc_0 + (bitcast<f32>(arena[(((n_0 * 10) + k_0) + 850172)]) * bitcast<f32>(arena[(((j_0 + j_i_0) + (k_0 * 84)) + 60876)]));
    }
    let v0 = (j_0 + (n_0 * 84)) + j_i_0;
    arena[v0 + 844796] = bitcast<u32>(select(acc_0, 0.0, (bitcast<f32>(arena[(v0 + 839420)]) <= 0.0)));
  }
}

var<workgroup> k14_matmul_5_a_0: array<f32, 128>;
var<workgroup> k14_matmul_5_b_0: array<f32, 128>;
@compute @workgroup_size(64)
fn k14_matmul_5(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0_0: f32;
  acc_0_0 = 0.0;
  let v0 = i32(lane);
  let n_0 = i32(group.y) * 8;
  let tj_0 = v0 % 8;
  let ti_0 = v0 / 8;
  let j_0 = i32(group.x) * 8;
  for (var k_0 = 0; k_0 < 84; k_0 += 16) {
    workgroupBarrier();
    let t_0 = v0 % 16;
    let s_0 = v0 / 16;
    let v1 = (t_0 * 8) + s_0;
    let v2 = i32(call.n);
    let v3 = (k_0 + t_0) < 84;
    let v4 = (((n_0 * 84) + k_0) + t_0) + (s_0 * 84);
    k14_matmul_5_a_0[v1] = select(0.0, bitcast<f32>(arena[(v4 + 844796)]), (((n_0 + s_0) < v2) && v3));
    k14_matmul_5_a_0[v1 + 4] = select(0.0, bitcast<f32>(arena[(v4 + 845132)]), (((n_0 + (s_0 + 4)) < v2) && v3));
    let v5 = tj_0 + (ti_0 * 8);
    let v6 = ((j_0 + (k_0 * 120)) + tj_0) + (ti_0 * 120);
    k14_matmul_5_b_0[v5] = select(0.0, bitcast<f32>(arena[(v6 + 50712)]), ((k_0 + ti_0) < 84));
    k14_matmul_5_b_0[v5 + 64] = select(0.0, bitcast<f32>(arena[(v6 + 51672)]), ((k_0 + (ti_0 + 8)) < 84));
    workgroupBarrier();
    for (var k_i_0 = 0; k_i_0 < min(16, (84 - k_0)); k_i_0++) {
      let v7 = k_i_0 * 8;
      acc_0_0 = acc_0_0 + (k14_matmul_5_a_0[(v7 + ti_0)] * k14_matmul_5_b_0[(v7 + tj_0)]);
    }
  }
  if (0 < (i32(call.n) - (n_0 + ti_0))) {
    let v8 = ((j_0 + (n_0 * 120)) + tj_0) + (ti_0 * 120);
    arena[v8 + 831740] = bitcast<u32>(select(acc_0_0, 0.0, (bitcast<f32>(arena[(v8 + 824060)]) <= 0.0)));
  }
}

var<workgroup> k15_matmul_6_a_0: array<f32, 256>;
var<workgroup> k15_matmul_6_b_0: array<f32, 256>;
@compute @workgroup_size(64)
fn k15_matmul_6(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0_0: f32;
  var acc_0_1: f32;
  var acc_0_2: f32;
  var acc_0_3: f32;
  acc_0_0 = 0.0;
  acc_0_1 = 0.0;
  acc_0_2 = 0.0;
  acc_0_3 = 0.0;
  let v0 = i32(lane);
  let n_0 = i32(group.y) * 16;
  let j_0 = i32(group.x) * 16;
  let ti_0 = v0 / 8;
  let tj_0 = v0 % 8;
  for (var k_0 = 0; k_0 < 120; k_0 += 16) {
    workgroupBarrier();
    let t_0 = v0 % 16;
    let s_0 = v0 / 16;
    let v1 = (t_0 * 16) + s_0;
    let v2 = i32(call.n);
    let v3 = (k_0 + t_0) < 120;
    let v4 = (((n_0 * 120) + k_0) + t_0) + (s_0 * 120);
    k15_matmul_6_a_0[v1] = select(0.0, bitcast<f32>(arena[(v4 + 831740)]), (((n_0 + s_0) < v2) && v3));
    let v5 = s_0 + 4;
    k15_matmul_6_a_0[v1 + 4] = select(0.0, bitcast<f32>(arena[(v4 + 832220)]), (((n_0 + v5) < v2) && v3));
    let v6 = s_0 + 8;
    k15_matmul_6_a_0[v1 + 8] = select(0.0, bitcast<f32>(arena[(v4 + 832700)]), (((n_0 + v6) < v2) && v3));
    let v7 = s_0 + 12;
    k15_matmul_6_a_0[v1 + 12] = select(0.0, bitcast<f32>(arena[(v4 + 833180)]), (((n_0 + v7) < v2) && v3));
    let v8 = t_0 + (s_0 * 16);
    let v9 = ((j_0 + (k_0 * 400)) + t_0) + (s_0 * 400);
    k15_matmul_6_b_0[v8] = select(0.0, bitcast<f32>(arena[(v9 + 2592)]), ((k_0 + s_0) < 120));
    k15_matmul_6_b_0[v8 + 64] = select(0.0, bitcast<f32>(arena[(v9 + 4192)]), ((k_0 + v5) < 120));
    k15_matmul_6_b_0[v8 + 128] = select(0.0, bitcast<f32>(arena[(v9 + 5792)]), ((k_0 + v6) < 120));
    k15_matmul_6_b_0[v8 + 192] = select(0.0, bitcast<f32>(arena[(v9 + 7392)]), ((k_0 + v7) < 120));
    workgroupBarrier();
    for (var k_i_0 = 0; k_i_0 < min(16, (120 - k_0)); k_i_0++) {
      let v10 = k_i_0 * 16;
      let v11 = v10 + ti_0;
      let v12 = k15_matmul_6_a_0[v11];
      let v13 = v10 + tj_0;
      let v14 = k15_matmul_6_b_0[v13];
      acc_0_0 = acc_0_0 + (v12 * v14);
      let v15 = k15_matmul_6_b_0[(v13 + 8)];
      acc_0_1 = acc_0_1 + (v12 * v15);
      let v16 = k15_matmul_6_a_0[(v11 + 8)];
      acc_0_2 = acc_0_2 + (v16 * v14);
      acc_0_3 = acc_0_3 + (v16 * v15);
    }
  }
  let v17 = i32(call.n);
  let v18 = 0 < (v17 - (n_0 + ti_0));
  if (v18) {
    let v19 = ((j_0 + (n_0 * 400)) + tj_0) + (ti_0 * 400);
    arena[v19 + 798460] = bitcast<u32>(select(acc_0_0, 0.0, (bitcast<f32>(arena[(v19 + 747260)]) <= 0.0)));
  }
  if (v18) {
    let v20 = ((j_0 + (n_0 * 400)) + tj_0) + (ti_0 * 400);
    arena[v20 + 798468] = bitcast<u32>(select(acc_0_1, 0.0, (bitcast<f32>(arena[(v20 + 747268)]) <= 0.0)));
  }
  let v21 = 0 < (v17 - (n_0 + (ti_0 + 8)));
  if (v21) {
    let v22 = ((j_0 + (n_0 * 400)) + tj_0) + (ti_0 * 400);
    arena[v22 + 801660] = bitcast<u32>(select(acc_0_2, 0.0, (bitcast<f32>(arena[(v22 + 750460)]) <= 0.0)));
  }
  if (v21) {
    let v23 = ((j_0 + (n_0 * 400)) + tj_0) + (ti_0 * 400);
    arena[v23 + 801668] = bitcast<u32>(select(acc_0_3, 0.0, (bitcast<f32>(arena[(v23 + 750468)]) <= 0.0)));
  }
}

@compute @workgroup_size(54)
fn k16_pad(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let v0 = i32(group.x);
  let y_0 = (v0 % 6) * 3;
  let c_0 = v0 / 6;
  let n_0 = i32(group.y);
  let v1 = i32(lane);
  let x_i_0 = v1 % 18;
  let y_i_0 = v1 / 18;
  let v2 = (y_0 + y_i_0) - 4;
  let v3 = x_i_0 - 4;
  let v4 = (((c_0 * 25) + (n_0 * 400)) + (v3 / 2)) + ((v2 / 2) * 5);
  arena[(((((y_0 * 18) + (c_0 * 324)) + (n_0 * 5184)) + x_i_0) + (y_i_0 * 18)) + 189692] = bitcast<u32>(select(0.0, select(0.0, bitcast<f32>(arena[(v4 + 798460)]), (i32(arena[(v4 + 772860)]) == (((v2 % 2) * 2) + (v3 % 2)))), ((((v2 >= 0) && (v2 < 10)) && (v3 >= 0)) && (v3 < 10))));
}

@compute @workgroup_size(56)
fn k17_conv2d(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let v0 = i32(lane);
  let y_i_0 = v0 / 14;
  let v1 = i32(group.x);
  let y_0 = (v1 % 4) * 4;
  let n_0 = i32(group.y);
  let x_i_0 = v0 % 14;
  let c_0 = v1 / 4;
  if (y_i_0 < (14 - y_0)) {
    var acc_0: f32;
    acc_0 = 0.0;
    for (var c_2_0 = 0; c_2_0 < 16; c_2_0++) {
      for (var i_0 = 0; i_0 < 5; i_0++) {
        for (var j_0 = 0; j_0 < 5; j_0++) {
          acc_0 = acc_0 + (bitcast<f32>(arena[((((((((y_0 * 18) + (n_0 * 5184)) + x_i_0) + (y_i_0 * 18)) + (c_2_0 * 324)) + (i_0 * 18)) + j_0) + 189692)]) * bitcast<f32>(arena[(((((c_0 * 25) + (c_2_0 * 150)) + (i_0 * (-5))) + (j_0 * (-1))) + 200)]));
        }
      }
    }
    let v2 = ((((y_0 * 14) + (c_0 * 196)) + (n_0 * 1176)) + x_i_0) + (y_i_0 * 14);
    arena[v2 + 671996] = bitcast<u32>(select(acc_0, 0.0, (bitcast<f32>(arena[(v2 + 521468)]) <= 0.0)));
  }
}

var<workgroup> k18_conv2d_weight_grad_conv1_weight_part_0: array<f32, 256>;
var<workgroup> k18_conv2d_weight_grad_conv1_weight_group_0: array<f32, 16>;
@compute @workgroup_size(256)
fn k18_conv2d_weight_grad_conv1_weight(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0: f32;
  acc_0 = 0.0;
  var own_0: f32;
  own_0 = 0.0;
  let t_0 = i32(lane);
  let v0 = i32(group.x);
  let x_1_0 = v0 % 5;
  let v1 = v0 / 5;
  let y_0 = v1 % 5;
  let o_0 = v1 / 5;
  for (var n_0 = t_0; n_0 < i32(call.n) * 196; n_0 += 256) {
    let v2 = n_0 / 196;
    let v3 = (n_0 / 14) % 14;
    let v4 = n_0 % 14;
    let v5 = (((o_0 * 196) + (v2 * 1176)) + (v3 * 14)) + v4;
    let v6 = i32(arena[(v5 + 596732)]);
    own_0 = own_0 + (bitcast<f32>(arena[(((((((x_1_0 + (y_0 * 32)) + (v2 * 1024)) + (v3 * 64)) + ((v6 / 2) * 32)) + (v4 * 2)) + (v6 % 2)) + 123444)]) * bitcast<f32>(arena[(v5 + 671996)]));
  }
  k18_conv2d_weight_grad_conv1_weight_part_0[t_0] = own_0;
  storageBarrier();
  workgroupBarrier();
  if (t_0 < 16) {
    var own_1: f32;
    own_1 = 0.0;
    for (var u_0 = 0; u_0 < 16; u_0++) {
      own_1 = own_1 + k18_conv2d_weight_grad_conv1_weight_part_0[((t_0 * 16) + u_0)];
    }
    k18_conv2d_weight_grad_conv1_weight_group_0[t_0] = own_1;
  }
  storageBarrier();
  workgroupBarrier();
  for (var t_1 = 0; t_1 < 16; t_1++) {
    acc_0 = acc_0 + k18_conv2d_weight_grad_conv1_weight_group_0[t_1];
  }
  var out_0: f32;
  let v7 = (x_1_0 + (y_0 * 5)) + (o_0 * 25);
  let v8 = v7 + 61728;
  out_0 = (bitcast<f32>(arena[v8]) * 0.8999999761581421) + acc_0;
  var out_2_0: f32;
  let v9 = v7 + 16;
  let v10 = out_0;
  out_2_0 = bitcast<f32>(arena[v9]) - (call.s0 * v10);
  if (lane == 0u) {
    arena[v8] = bitcast<u32>(v10);
  }
  if (lane == 0u) {
    arena[v9] = bitcast<u32>(out_2_0);
  }
}

var<workgroup> k19_reduce_sum_conv1_bias_part_0: array<f32, 256>;
var<workgroup> k19_reduce_sum_conv1_bias_group_0: array<f32, 16>;
@compute @workgroup_size(256)
fn k19_reduce_sum_conv1_bias(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0: f32;
  acc_0 = 0.0;
  var own_0: f32;
  own_0 = 0.0;
  let t_0 = i32(lane);
  let i_0 = i32(group.x);
  for (var r0_0 = t_0; r0_0 < i32(call.n) * 196; r0_0 += 256) {
    own_0 = own_0 + bitcast<f32>(arena[(((((i_0 * 196) + ((r0_0 / 196) * 1176)) + (((r0_0 / 14) % 14) * 14)) + (r0_0 % 14)) + 671996)]);
  }
  k19_reduce_sum_conv1_bias_part_0[t_0] = own_0;
  storageBarrier();
  workgroupBarrier();
  if (t_0 < 16) {
    var own_1: f32;
    own_1 = 0.0;
    for (var u_0 = 0; u_0 < 16; u_0++) {
      own_1 = own_1 + k19_reduce_sum_conv1_bias_part_0[((t_0 * 16) + u_0)];
    }
    k19_reduce_sum_conv1_bias_group_0[t_0] = own_1;
  }
  storageBarrier();
  workgroupBarrier();
  for (var t_1 = 0; t_1 < 16; t_1++) {
    acc_0 = acc_0 + k19_reduce_sum_conv1_bias_group_0[t_1];
  }
  var out_0: f32;
  let v0 = i_0 + 61880;
  out_0 = (bitcast<f32>(arena[v0]) * 0.8999999761581421) + acc_0;
  var out_2_0: f32;
  let v1 = i_0 + 168;
  let v2 = out_0;
  out_2_0 = bitcast<f32>(arena[v1]) - (call.s0 * v2);
  if (lane == 0u) {
    arena[v0] = bitcast<u32>(v2);
  }
  if (lane == 0u) {
    arena[v1] = bitcast<u32>(out_2_0);
  }
}

var<workgroup> k20_conv2d_weight_grad_conv2_weight_part_0: array<f32, 256>;
var<workgroup> k20_conv2d_weight_grad_conv2_weight_group_0: array<f32, 16>;
@compute @workgroup_size(256)
fn k20_conv2d_weight_grad_conv2_weight(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0: f32;
  acc_0 = 0.0;
  var own_0: f32;
  own_0 = 0.0;
  let t_0 = i32(lane);
  let v0 = i32(group.x);
  let x_0 = v0 % 5;
  let v1 = v0 / 5;
  let y_0 = v1 % 5;
  let v2 = v1 / 5;
  let c_0 = v2 % 6;
  let o_0 = v2 / 6;
  for (var n_0 = t_0; n_0 < i32(call.n) * 25; n_0 += 256) {
    let v3 = n_0 / 25;
    let v4 = (n_0 / 5) % 5;
    let v5 = n_0 % 5;
    let v6 = (((o_0 * 25) + (v3 * 400)) + (v4 * 5)) + v5;
    let v7 = i32(arena[(v6 + 772860)]);
    own_0 = own_0 + (bitcast<f32>(arena[((((((((x_0 + (y_0 * 14)) + (c_0 * 196)) + (v3 * 1176)) + (v4 * 28)) + ((v7 / 2) * 14)) + (v5 * 2)) + (v7 % 2)) + 521468)]) * bitcast<f32>(arena[(v6 + 798460)]));
  }
  k20_conv2d_weight_grad_conv2_weight_part_0[t_0] = own_0;
  storageBarrier();
  workgroupBarrier();
  if (t_0 < 16) {
    var own_1: f32;
    own_1 = 0.0;
    for (var u_0 = 0; u_0 < 16; u_0++) {
      own_1 = own_1 + k20_conv2d_weight_grad_conv2_weight_part_0[((t_0 * 16) + u_0)];
    }
    k20_conv2d_weight_grad_conv2_weight_group_0[t_0] = own_1;
  }
  storageBarrier();
  workgroupBarrier();
  for (var t_1 = 0; t_1 < 16; t_1++) {
    acc_0 = acc_0 + k20_conv2d_weight_grad_conv2_weight_group_0[t_1];
  }
  var out_0: f32;
  let v8 = ((x_0 + (y_0 * 5)) + (c_0 * 25)) + (o_0 * 150);
  let v9 = v8 + 61888;
  out_0 = (bitcast<f32>(arena[v9]) * 0.8999999761581421) + acc_0;
  var out_2_0: f32;
  let v10 = v8 + 176;
  let v11 = out_0;
  out_2_0 = bitcast<f32>(arena[v10]) - (call.s0 * v11);
  if (lane == 0u) {
    arena[v9] = bitcast<u32>(v11);
  }
  if (lane == 0u) {
    arena[v10] = bitcast<u32>(out_2_0);
  }
}

var<workgroup> k21_reduce_sum_conv2_bias_part_0: array<f32, 256>;
var<workgroup> k21_reduce_sum_conv2_bias_group_0: array<f32, 16>;
@compute @workgroup_size(256)
fn k21_reduce_sum_conv2_bias(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0: f32;
  acc_0 = 0.0;
  var own_0: f32;
  own_0 = 0.0;
  let t_0 = i32(lane);
  let i_0 = i32(group.x);
  for (var r0_0 = t_0; r0_0 < i32(call.n) * 25; r0_0 += 256) {
    own_0 = own_0 + bitcast<f32>(arena[(((((i_0 * 25) + ((r0_0 / 25) * 400)) + (((r0_0 / 5) % 5) * 5)) + (r0_0 % 5)) + 798460)]);
  }
  k21_reduce_sum_conv2_bias_part_0[t_0] = own_0;
  storageBarrier();
  workgroupBarrier();
  if (t_0 < 16) {
    var own_1: f32;
    own_1 = 0.0;
    for (var u_0 = 0; u_0 < 16; u_0++) {
      own_1 = own_1 + k21_reduce_sum_conv2_bias_part_0[((t_0 * 16) + u_0)];
    }
    k21_reduce_sum_conv2_bias_group_0[t_0] = own_1;
  }
  storageBarrier();
  workgroupBarrier();
  for (var t_1 = 0; t_1 < 16; t_1++) {
    acc_0 = acc_0 + k21_reduce_sum_conv2_bias_group_0[t_1];
  }
  var out_0: f32;
  let v0 = i_0 + 64288;
  out_0 = (bitcast<f32>(arena[v0]) * 0.8999999761581421) + acc_0;
  var out_2_0: f32;
  let v1 = i_0 + 2576;
  let v2 = out_0;
  out_2_0 = bitcast<f32>(arena[v1]) - (call.s0 * v2);
  if (lane == 0u) {
    arena[v0] = bitcast<u32>(v2);
  }
  if (lane == 0u) {
    arena[v1] = bitcast<u32>(out_2_0);
  }
}

var<workgroup> k22_matmul_fc1_weight_b_0: array<f32, 256>;
var<workgroup> k22_matmul_fc1_weight_a_0: array<f32, 256>;
@compute @workgroup_size(64)
fn k22_matmul_fc1_weight(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0_0: f32;
  var acc_0_1: f32;
  var acc_0_2: f32;
  var acc_0_3: f32;
  acc_0_0 = 0.0;
  acc_0_1 = 0.0;
  acc_0_2 = 0.0;
  acc_0_3 = 0.0;
  let v0 = i32(call.n);
  let v1 = i32(lane);
  let v4 = i32(group.x);
  let j_0 = (v4 % 25) * 16;
  let i_0 = (v4 / 25) * 16;
  let tj_0 = v1 % 8;
  let ti_0 = v1 / 8;
  for (var k_0 = 0; k_0 < v0; k_0 += 16) {
    storageBarrier();
    workgroupBarrier();
    let t_0 = v1 % 16;
    let s_0 = v1 / 16;
    let v2 = t_0 + (s_0 * 16);
    let v3 = (k_0 + s_0) < v0;
    let v5 = ((j_0 + (k_0 * 400)) + t_0) + (s_0 * 400);
    k22_matmul_fc1_weight_b_0[v2] = select(0.0, bitcast<f32>(arena[(v5 + 747260)]), v3);
    let v6 = v2 + 64;
    let v7 = (k_0 + (s_0 + 4)) < v0;
    k22_matmul_fc1_weight_b_0[v6] = select(0.0, bitcast<f32>(arena[(v5 + 748860)]), v7);
    let v8 = v2 + 128;
    let v9 = (k_0 + (s_0 + 8)) < v0;
    k22_matmul_fc1_weight_b_0[v8] = select(0.0, bitcast<f32>(arena[(v5 + 750460)]), v9);
    let v10 = v2 + 192;
    let v11 = (k_0 + (s_0 + 12)) < v0;
    k22_matmul_fc1_weight_b_0[v10] = select(0.0, bitcast<f32>(arena[(v5 + 752060)]), v11);
    let v12 = (i_0 + t_0) < 120;
    let v13 = ((i_0 + (k_0 * 120)) + t_0) + (s_0 * 120);
    k22_matmul_fc1_weight_a_0[v2] = select(0.0, bitcast<f32>(arena[(v13 + 831740)]), (v12 && v3));
    k22_matmul_fc1_weight_a_0[v6] = select(0.0, bitcast<f32>(arena[(v13 + 832220)]), (v12 && v7));
    k22_matmul_fc1_weight_a_0[v8] = select(0.0, bitcast<f32>(arena[(v13 + 832700)]), (v12 && v9));
    k22_matmul_fc1_weight_a_0[v10] = select(0.0, bitcast<f32>(arena[(v13 + 833180)]), (v12 && v11));
    storageBarrier();
    workgroupBarrier();
    for (var k_i_0 = 0; k_i_0 < min(16, (v0 - k_0)); k_i_0++) {
      let v14 = k_i_0 * 16;
      let v15 = v14 + tj_0;
      let v16 = k22_matmul_fc1_weight_b_0[v15];
      let v17 = v14 + ti_0;
      let v18 = k22_matmul_fc1_weight_a_0[v17];
      acc_0_0 = acc_0_0 + (v16 * v18);
      let v19 = k22_matmul_fc1_weight_b_0[(v15 + 8)];
      acc_0_1 = acc_0_1 + (v19 * v18);
      let v20 = k22_matmul_fc1_weight_a_0[(v17 + 8)];
      acc_0_2 = acc_0_2 + (v16 * v20);
      acc_0_3 = acc_0_3 + (v19 * v20);
    }
  }
  let v21 = 0 < (120 - (i_0 + ti_0));
  if (v21) {
    var out_0: f32;
    let v22 = ((j_0 + (i_0 * 400)) + tj_0) + (ti_0 * 400);
    let v23 = v22 + 64304;
    out_0 = (bitcast<f32>(arena[v23]) * 0.8999999761581421) + acc_0_0;
    var out_2_0: f32;
    let v24 = v22 + 2592;
    let v25 = out_0;
    out_2_0 = bitcast<f32>(arena[v24]) - (call.s0 * v25);
    arena[v23] = bitcast<u32>(v25);
    arena[v24] = bitcast<u32>(out_2_0);
  }
  if (v21) {
    var out_1: f32;
    let v26 = ((j_0 + (i_0 * 400)) + tj_0) + (ti_0 * 400);
    let v27 = v26 + 64312;
    out_1 = (bitcast<f32>(arena[v27]) * 0.8999999761581421) + acc_0_1;
    var out_2_1: f32;
    let v28 = v26 + 2600;
    let v29 = out_1;
    out_2_1 = bitcast<f32>(arena[v28]) - (call.s0 * v29);
    arena[v27] = bitcast<u32>(v29);
    arena[v28] = bitcast<u32>(out_2_1);
  }
  let v30 = 0 < (120 - (i_0 + (ti_0 + 8)));
  if (v30) {
    var out_2: f32;
    let v31 = ((j_0 + (i_0 * 400)) + tj_0) + (ti_0 * 400);
    let v32 = v31 + 67504;
    out_2 = (bitcast<f32>(arena[v32]) * 0.8999999761581421) + acc_0_2;
    var out_2_2: f32;
    let v33 = v31 + 5792;
    let v34 = out_2;
    out_2_2 = bitcast<f32>(arena[v33]) - (call.s0 * v34);
    arena[v32] = bitcast<u32>(v34);
    arena[v33] = bitcast<u32>(out_2_2);
  }
  if (v30) {
    var out_3: f32;
    let v35 = ((j_0 + (i_0 * 400)) + tj_0) + (ti_0 * 400);
    let v36 = v35 + 67512;
    out_3 = (bitcast<f32>(arena[v36]) * 0.8999999761581421) + acc_0_3;
    var out_2_3: f32;
    let v37 = v35 + 5800;
    let v38 = out_3;
    out_2_3 = bitcast<f32>(arena[v37]) - (call.s0 * v38);
    arena[v36] = bitcast<u32>(v38);
    arena[v37] = bitcast<u32>(out_2_3);
  }
}

var<workgroup> k23_reduce_sum_fc1_bias_part_0: array<f32, 64>;
var<workgroup> k23_reduce_sum_fc1_bias_group_0: array<f32, 8>;
@compute @workgroup_size(64)
fn k23_reduce_sum_fc1_bias(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0: f32;
  acc_0 = 0.0;
  var own_0: f32;
  own_0 = 0.0;
  let t_0 = i32(lane);
  let i_0 = i32(group.x);
  for (var r0_0 = t_0; r0_0 < i32(call.n); r0_0 += 64) {
    own_0 = own_0 + bitcast<f32>(arena[((i_0 + (r0_0 * 120)) + 831740)]);
  }
  k23_reduce_sum_fc1_bias_part_0[t_0] = own_0;
  storageBarrier();
  workgroupBarrier();
  if (t_0 < 8) {
    var own_1: f32;
    own_1 = 0.0;
    for (var u_0 = 0; u_0 < 8; u_0++) {
      own_1 = own_1 + k23_reduce_sum_fc1_bias_part_0[((t_0 * 8) + u_0)];
    }
    k23_reduce_sum_fc1_bias_group_0[t_0] = own_1;
  }
  storageBarrier();
  workgroupBarrier();
  for (var t_1 = 0; t_1 < 8; t_1++) {
    acc_0 = acc_0 + k23_reduce_sum_fc1_bias_group_0[t_1];
  }
  var out_0: f32;
  let v0 = i_0 + 112304;
  out_0 = (bitcast<f32>(arena[v0]) * 0.8999999761581421) + acc_0;
  var out_2_0: f32;
  let v1 = i_0 + 50592;
  let v2 = out_0;
  out_2_0 = bitcast<f32>(arena[v1]) - (call.s0 * v2);
  if (lane == 0u) {
    arena[v0] = bitcast<u32>(v2);
  }
  if (lane == 0u) {
    arena[v1] = bitcast<u32>(out_2_0);
  }
}

var<workgroup> k24_matmul_fc2_weight_b_0: array<f32, 128>;
var<workgroup> k24_matmul_fc2_weight_a_0: array<f32, 128>;
@compute @workgroup_size(64)
fn k24_matmul_fc2_weight(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0_0: f32;
  acc_0_0 = 0.0;
  let v0 = i32(call.n);
  let v1 = i32(lane);
  let tj_0 = v1 % 8;
  let ti_0 = v1 / 8;
  let v4 = i32(group.x);
  let j_0 = (v4 % 15) * 8;
  let i_0 = (v4 / 15) * 8;
  for (var k_0 = 0; k_0 < v0; k_0 += 16) {
    storageBarrier();
    workgroupBarrier();
    let v2 = tj_0 + (ti_0 * 8);
    let v3 = (k_0 + ti_0) < v0;
    let v5 = ((j_0 + (k_0 * 120)) + tj_0) + (ti_0 * 120);
    k24_matmul_fc2_weight_b_0[v2] = select(0.0, bitcast<f32>(arena[(v5 + 824060)]), v3);
    let v6 = v2 + 64;
    let v7 = (k_0 + (ti_0 + 8)) < v0;
    k24_matmul_fc2_weight_b_0[v6] = select(0.0, bitcast<f32>(arena[(v5 + 825020)]), v7);
    let v8 = (i_0 + tj_0) < 84;
    let v9 = ((i_0 + (k_0 * 84)) + tj_0) + (ti_0 * 84);
    k24_matmul_fc2_weight_a_0[v2] = select(0.0, bitcast<f32>(arena[(v9 + 844796)]), (v8 && v3));
    k24_matmul_fc2_weight_a_0[v6] = select(0.0, bitcast<f32>(arena[(v9 + 845468)]), (v8 && v7));
    storageBarrier();
    workgroupBarrier();
    for (var k_i_0 = 0; k_i_0 < min(16, (v0 - k_0)); k_i_0++) {
      let v10 = k_i_0 * 8;
      acc_0_0 = acc_0_0 + (k24_matmul_fc2_weight_b_0[(v10 + tj_0)] * k24_matmul_fc2_weight_a_0[(v10 + ti_0)]);
    }
  }
  if (0 < (84 - (i_0 + ti_0))) {
    var out_0: f32;
    let v11 = ((j_0 + (i_0 * 120)) + tj_0) + (ti_0 * 120);
    let v12 = v11 + 112424;
    out_0 = (bitcast<f32>(arena[v12]) * 0.8999999761581421) + acc_0_0;
    var out_2_0: f32;
    let v13 = v11 + 50712;
    let v14 = out_0;
    out_2_0 = bitcast<f32>(arena[v13]) - (call.s0 * v14);
    arena[v12] = bitcast<u32>(v14);
    arena[v13] = bitcast<u32>(out_2_0);
  }
}

var<workgroup> k25_reduce_sum_fc2_bias_part_0: array<f32, 64>;
var<workgroup> k25_reduce_sum_fc2_bias_group_0: array<f32, 8>;
@compute @workgroup_size(64)
fn k25_reduce_sum_fc2_bias(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0: f32;
  acc_0 = 0.0;
  var own_0: f32;
  own_0 = 0.0;
  let t_0 = i32(lane);
  let i_0 = i32(group.x);
  for (var r0_0 = t_0; r0_0 < i32(call.n); r0_0 += 64) {
    own_0 = own_0 + bitcast<f32>(arena[((i_0 + (r0_0 * 84)) + 844796)]);
  }
  k25_reduce_sum_fc2_bias_part_0[t_0] = own_0;
  storageBarrier();
  workgroupBarrier();
  if (t_0 < 8) {
    var own_1: f32;
    own_1 = 0.0;
    for (var u_0 = 0; u_0 < 8; u_0++) {
      own_1 = own_1 + k25_reduce_sum_fc2_bias_part_0[((t_0 * 8) + u_0)];
    }
    k25_reduce_sum_fc2_bias_group_0[t_0] = own_1;
  }
  storageBarrier();
  workgroupBarrier();
  for (var t_1 = 0; t_1 < 8; t_1++) {
    acc_0 = acc_0 + k25_reduce_sum_fc2_bias_group_0[t_1];
  }
  var out_0: f32;
  let v0 = i_0 + 122504;
  out_0 = (bitcast<f32>(arena[v0]) * 0.8999999761581421) + acc_0;
  var out_2_0: f32;
  let v1 = i_0 + 60792;
  let v2 = out_0;
  out_2_0 = bitcast<f32>(arena[v1]) - (call.s0 * v2);
  if (lane == 0u) {
    arena[v0] = bitcast<u32>(v2);
  }
  if (lane == 0u) {
    arena[v1] = bitcast<u32>(out_2_0);
  }
}

var<workgroup> k26_matmul_fc3_weight_b_0: array<f32, 128>;
var<workgroup> k26_matmul_fc3_weight_a_0: array<f32, 128>;
@compute @workgroup_size(64)
fn k26_matmul_fc3_weight(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0_0: f32;
  acc_0_0 = 0.0;
  let v0 = i32(call.n);
  let v1 = i32(lane);
  let tj_0 = v1 % 8;
  let ti_0 = v1 / 8;
  let v3 = i32(group.x);
  let j_0 = (v3 % 11) * 8;
  let i_0 = (v3 / 11) * 8;
  for (var k_0 = 0; k_0 < v0; k_0 += 16) {
    storageBarrier();
    workgroupBarrier();
    let v2 = tj_0 + (ti_0 * 8);
    let v4 = (j_0 + tj_0) < 84;
    let v5 = (k_0 + ti_0) < v0;
    let v6 = ((j_0 + (k_0 * 84)) + tj_0) + (ti_0 * 84);
    k26_matmul_fc3_weight_b_0[v2] = select(0.0, bitcast<f32>(arena[(v6 + 839420)]), (v4 && v5));
    let v7 = v2 + 64;
    let v8 = (k_0 + (ti_0 + 8)) < v0;
    k26_matmul_fc3_weight_b_0[v7] = select(0.0, bitcast<f32>(arena[(v6 + 840092)]), (v4 && v8));
    let v9 = (i_0 + tj_0) < 10;
    let v10 = ((i_0 + (k_0 * 10)) + tj_0) + (ti_0 * 10);
    k26_matmul_fc3_weight_a_0[v2] = select(0.0, bitcast<f32>(arena[(v10 + 850172)]), (v9 && v5));
    k26_matmul_fc3_weight_a_0[v7] = select(0.0, bitcast<f32>(arena[(v10 + 850252)]), (v9 && v8));
    storageBarrier();
    workgroupBarrier();
    for (var k_i_0 = 0; k_i_0 < min(16, (v0 - k_0)); k_i_0++) {
      let v11 = k_i_0 * 8;
      acc_0_0 = acc_0_0 + (k26_matmul_fc3_weight_b_0[(v11 + tj_0)] * k26_matmul_fc3_weight_a_0[(v11 + ti_0)]);
    }
  }
  if (0 < (10 - (i_0 + ti_0))) {
    if (0 < (84 - (j_0 + tj_0))) {
      var out_0: f32;
      let v12 = ((j_0 + (i_0 * 84)) + tj_0) + (ti_0 * 84);
      let v13 = v12 + 122588;
      out_0 = (bitcast<f32>(arena[v13]) * 0.8999999761581421) + acc_0_0;
      var out_2_0: f32;
      let v14 = v12 + 60876;
      let v15 = out_0;
      out_2_0 = bitcast<f32>(arena[v14]) - (call.s0 * v15);
      arena[v13] = bitcast<u32>(v15);
      arena[v14] = bitcast<u32>(out_2_0);
    }
  }
}

var<workgroup> k27_reduce_sum_fc3_bias_part_0: array<f32, 64>;
var<workgroup> k27_reduce_sum_fc3_bias_group_0: array<f32, 8>;
@compute @workgroup_size(64)
fn k27_reduce_sum_fc3_bias(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0: f32;
  acc_0 = 0.0;
  var own_0: f32;
  own_0 = 0.0;
  let t_0 = i32(lane);
  let i_0 = i32(group.x);
  for (var r0_0 = t_0; r0_0 < i32(call.n); r0_0 += 64) {
    own_0 = own_0 + bitcast<f32>(arena[((i_0 + (r0_0 * 10)) + 850172)]);
  }
  k27_reduce_sum_fc3_bias_part_0[t_0] = own_0;
  storageBarrier();
  workgroupBarrier();
  if (t_0 < 8) {
    var own_1: f32;
    own_1 = 0.0;
    for (var u_0 = 0; u_0 < 8; u_0++) {
      own_1 = own_1 + k27_reduce_sum_fc3_bias_part_0[((t_0 * 8) + u_0)];
    }
    k27_reduce_sum_fc3_bias_group_0[t_0] = own_1;
  }
  storageBarrier();
  workgroupBarrier();
  for (var t_1 = 0; t_1 < 8; t_1++) {
    acc_0 = acc_0 + k27_reduce_sum_fc3_bias_group_0[t_1];
  }
  var out_0: f32;
  let v0 = i_0 + 123428;
  out_0 = (bitcast<f32>(arena[v0]) * 0.8999999761581421) + acc_0;
  var out_2_0: f32;
  let v1 = i_0 + 61716;
  let v2 = out_0;
  out_2_0 = bitcast<f32>(arena[v1]) - (call.s0 * v2);
  if (lane == 0u) {
    arena[v0] = bitcast<u32>(v2);
  }
  if (lane == 0u) {
    arena[v1] = bitcast<u32>(out_2_0);
  }
}
