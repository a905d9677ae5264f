struct Call { n: u32, s0: f32 }
@group(0) @binding(0) var<storage, read_write> arena: array<u32>;
@group(0) @binding(1) var<uniform> call: Call;
fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
var<private> special_bits = array<u32, 3>(0x7f800000u, 0xff800000u, 0x7fc00000u);
fn special(k: u32) -> f32 { return bitcast<f32>(special_bits[k]); }
fn max_f32(a: f32, b: f32) -> f32 { return select(a, b, (a < b && !is_nan(a)) || is_nan(b)); }
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
      where_0 = select(where_0, r1_0, ((((!(v0 <= v1)) || is_nan(v0)) || v2) && (!v2)));
      top_0 = max_f32(v1, v0);
    }
    let v3 = n_0 + n_i_0;
    arena[v3 + 189692] = u32(where_0 == bitcast<i32>(arena[(v3 + 188980)]));
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
        where_0 = select(where_0, ((i_0 * 2) + j_0), ((((!(v3 <= v4)) || is_nan(v3)) || v5) && (!v5)));
        top_0 = max_f32(v4, v3);
      }
    }
    var out_0: i32;
    out_0 = where_0 & 255;
    let v6 = ((((y_0 * 14) + (c_0 * 196)) + (n_0 * 1176)) + x_1_i_0) + (y_i_0 * 14);
    arena[v6 + 521468] = bitcast<u32>(top_0);
    arena[v6 + 596732] = u32(out_0);
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
      where_0 = select(where_0, ((i_0 * 2) + j_0), ((((!(v3 <= v4)) || is_nan(v3)) || v5) && (!v5)));
      top_0 = max_f32(v4, v3);
    }
  }
  var out_0: i32;
  out_0 = where_0 & 255;
  let v6 = ((((c_0 * 25) + (n_0 * 400)) + x_i_0) + (y_i_0 * 5)) + (c_i_0 * 25);
  arena[v6 + 747260] = bitcast<u32>(top_0);
  arena[v6 + 772860] = u32(out_0);
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

var<workgroup> k13_reduce_sum_and_1_more_part_0: array<f32, 64>;
var<workgroup> k13_reduce_sum_and_1_more_group_0: array<f32, 8>;
var<workgroup> k13_reduce_sum_and_1_more_part_1: array<f32, 64>;
var<workgroup> k13_reduce_sum_and_1_more_group_1: array<f32, 8>;
@compute @workgroup_size(64)
fn k13_reduce_sum_and_1_more(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let v0 = i32(group.x);
  if (v0 < 1) {
    var acc_0: f32;
    acc_0 = 0.0;
    var own_0: f32;
    own_0 = 0.0;
    let t_0 = i32(lane);
    let v1 = i32(call.n);
    for (var r0_0 = t_0; r0_0 < v1; r0_0 += 64) {
      own_0 = own_0 + bitcast<f32>(arena[(r0_0 + 190332)]);
    }
    k13_reduce_sum_and_1_more_part_0[t_0] = own_0;
    storageBarrier();
    workgroupBarrier();
    if (t_0 < 8) {
      var own_1: f32;
      own_1 = 0.0;
      for (var u_0 = 0; u_0 < 8; u_0++) {
        own_1 = own_1 + k13_reduce_sum_and_1_more_part_0[((t_0 * 8) + u_0)];
      }
      k13_reduce_sum_and_1_more_group_0[t_0] = own_1;
    }
    storageBarrier();
    workgroupBarrier();
    for (var t_1 = 0; t_1 < 8; t_1++) {
      acc_0 = acc_0 + k13_reduce_sum_and_1_more_group_0[t_1];
    }
    if (lane == 0u) {
      arena[189684] = bitcast<u32>(acc_0 / f32(v1));
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
      own_2 = own_2 + bitcast<f32>(arena[((i_0 + (r0_1 * 10)) + 850172)]);
    }
    k13_reduce_sum_and_1_more_part_1[t_2] = own_2;
    storageBarrier();
    workgroupBarrier();
    if (t_2 < 8) {
      var own_3: f32;
      own_3 = 0.0;
      for (var u_1 = 0; u_1 < 8; u_1++) {
        own_3 = own_3 + k13_reduce_sum_and_1_more_part_1[((t_2 * 8) + u_1)];
      }
      k13_reduce_sum_and_1_more_group_1[t_2] = own_3;
    }
    storageBarrier();
    workgroupBarrier();
    for (var t_3 = 0; t_3 < 8; t_3++) {
      acc_1 = acc_1 + k13_reduce_sum_and_1_more_group_1[t_3];
    }
    var out_0: f32;
    let v2 = i_0 + 123428;
    out_0 = (bitcast<f32>(arena[v2]) * 0.8999999761581421) + acc_1;
    var out_2_0: f32;
    let v3 = i_0 + 61716;
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
fn k14_matmul_4(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
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

var<workgroup> k15_matmul_5_a_0: array<f32, 128>;
var<workgroup> k15_matmul_5_b_0: array<f32, 128>;
@compute @workgroup_size(64)
fn k15_matmul_5(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
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
    k15_matmul_5_a_0[v1] = select(0.0, bitcast<f32>(arena[(v4 + 844796)]), (((n_0 + s_0) < v2) && v3));
    k15_matmul_5_a_0[v1 + 4] = select(0.0, bitcast<f32>(arena[(v4 + 845132)]), (((n_0 + (s_0 + 4)) < v2) && v3));
    let v5 = tj_0 + (ti_0 * 8);
    let v6 = ((j_0 + (k_0 * 120)) + tj_0) + (ti_0 * 120);
    k15_matmul_5_b_0[v5] = select(0.0, bitcast<f32>(arena[(v6 + 50712)]), ((k_0 + ti_0) < 84));
    k15_matmul_5_b_0[v5 + 64] = select(0.0, bitcast<f32>(arena[(v6 + 51672)]), ((k_0 + (ti_0 + 8)) < 84));
    workgroupBarrier();
    for (var k_i_0 = 0; k_i_0 < min(16, (84 - k_0)); k_i_0++) {
      let v7 = k_i_0 * 8;
      acc_0_0 = acc_0_0 + (k15_matmul_5_a_0[(v7 + ti_0)] * k15_matmul_5_b_0[(v7 + tj_0)]);
    }
  }
  if (0 < (i32(call.n) - (n_0 + ti_0))) {
    let v8 = ((j_0 + (n_0 * 120)) + tj_0) + (ti_0 * 120);
    arena[v8 + 831740] = bitcast<u32>(select(acc_0_0, 0.0, (bitcast<f32>(arena[(v8 + 824060)]) <= 0.0)));
  }
}

var<workgroup> k16_matmul_6_a_0: array<f32, 256>;
var<workgroup> k16_matmul_6_b_0: array<f32, 256>;
@compute @workgroup_size(64)
fn k16_matmul_6(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
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
  let tj_0 = v0 % 8;
  let ti_0 = v0 / 8;
  let j_0 = i32(group.x) * 16;
  for (var k_0 = 0; k_0 < 120; k_0 += 16) {
    workgroupBarrier();
    let t_0 = v0 % 16;
    let s_0 = v0 / 16;
    let v1 = s_0 * 2;
    let v2 = (t_0 * 16) + v1;
    let v3 = i32(call.n);
    let v4 = (k_0 + t_0) < 120;
    let v5 = (((n_0 * 120) + k_0) + t_0) + (s_0 * 240);
    k16_matmul_6_a_0[v2] = select(0.0, bitcast<f32>(arena[(v5 + 831740)]), (((n_0 + v1) < v3) && v4));
    k16_matmul_6_a_0[v2 + 1] = select(0.0, bitcast<f32>(arena[(v5 + 831860)]), (((n_0 + (v1 + 1)) < v3) && v4));
    let v6 = (s_0 + 4) * 2;
    k16_matmul_6_a_0[v2 + 8] = select(0.0, bitcast<f32>(arena[(v5 + 832700)]), (((n_0 + v6) < v3) && v4));
    k16_matmul_6_a_0[v2 + 9] = select(0.0, bitcast<f32>(arena[(v5 + 832820)]), (((n_0 + (v6 + 1)) < v3) && v4));
    let v7 = tj_0 * 2;
    let v8 = v7 + (ti_0 * 16);
    let v9 = (k_0 + ti_0) < 120;
    let v10 = ((j_0 + (k_0 * 400)) + v7) + (ti_0 * 400);
    k16_matmul_6_b_0[v8] = select(0.0, bitcast<f32>(arena[(v10 + 2592)]), v9);
    k16_matmul_6_b_0[v8 + 1] = select(0.0, bitcast<f32>(arena[(v10 + 2593)]), v9);
    let v11 = (k_0 + (ti_0 + 8)) < 120;
    k16_matmul_6_b_0[v8 + 128] = select(0.0, bitcast<f32>(arena[(v10 + 5792)]), v11);
    k16_matmul_6_b_0[v8 + 129] = select(0.0, bitcast<f32>(arena[(v10 + 5793)]), v11);
    workgroupBarrier();
    for (var k_i_0 = 0; k_i_0 < min(16, (120 - k_0)); k_i_0++) {
      let v12 = k_i_0 * 16;
      let v13 = v12 + (ti_0 * 2);
      let v14 = k16_matmul_6_a_0[v13];
      let v15 = v12 + v7;
      let v16 = k16_matmul_6_b_0[v15];
      acc_0_0 = acc_0_0 + (v14 * v16);
      let v17 = k16_matmul_6_b_0[(v15 + 1)];
      acc_0_1 = acc_0_1 + (v14 * v17);
      let v18 = k16_matmul_6_a_0[(v13 + 1)];
      acc_0_2 = acc_0_2 + (v18 * v16);
      acc_0_3 = acc_0_3 + (v18 * v17);
    }
  }
  let v19 = i32(call.n);
  let v20 = ti_0 * 2;
  let v21 = 0 < (v19 - (n_0 + v20));
  if (v21) {
    let v22 = ((j_0 + (n_0 * 400)) + (tj_0 * 2)) + (ti_0 * 800);
    arena[v22 + 798460] = bitcast<u32>(select(acc_0_0, 0.0, (bitcast<f32>(arena[(v22 + 747260)]) <= 0.0)));
  }
  if (v21) {
    let v23 = ((j_0 + (n_0 * 400)) + (tj_0 * 2)) + (ti_0 * 800);
    arena[v23 + 798461] = bitcast<u32>(select(acc_0_1, 0.0, (bitcast<f32>(arena[(v23 + 747261)]) <= 0.0)));
  }
  let v24 = 0 < (v19 - (n_0 + (v20 + 1)));
  if (v24) {
    let v25 = ((j_0 + (n_0 * 400)) + (tj_0 * 2)) + (ti_0 * 800);
    arena[v25 + 798860] = bitcast<u32>(select(acc_0_2, 0.0, (bitcast<f32>(arena[(v25 + 747660)]) <= 0.0)));
  }
  if (v24) {
    let v26 = ((j_0 + (n_0 * 400)) + (tj_0 * 2)) + (ti_0 * 800);
    arena[v26 + 798861] = bitcast<u32>(select(acc_0_3, 0.0, (bitcast<f32>(arena[(v26 + 747661)]) <= 0.0)));
  }
}

@compute @workgroup_size(54)
fn k17_pad(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
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
fn k18_conv2d(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
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

var<workgroup> k19_conv2d_weight_grad_conv1_weight_and_2_more_part_0: array<f32, 128>;
var<workgroup> k19_conv2d_weight_grad_conv1_weight_and_2_more_group_0: array<f32, 8>;
var<workgroup> k19_conv2d_weight_grad_conv1_weight_and_2_more_part_1: array<f32, 256>;
var<workgroup> k19_conv2d_weight_grad_conv1_weight_and_2_more_group_1: array<f32, 16>;
var<workgroup> k19_conv2d_weight_grad_conv1_weight_and_2_more_part_2: array<f32, 256>;
var<workgroup> k19_conv2d_weight_grad_conv1_weight_and_2_more_group_2: array<f32, 16>;
@compute @workgroup_size(256)
fn k19_conv2d_weight_grad_conv1_weight_and_2_more(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let v0 = i32(group.x);
  if (v0 < 150) {
    var acc_0: f32;
    acc_0 = 0.0;
    let t_0 = i32(lane);
    let x_1_0 = v0 % 5;
    let v1 = v0 / 5;
    let y_0 = v1 % 5;
    let o_0 = v1 / 5;
    if (t_0 < 128) {
      var own_0: f32;
      own_0 = 0.0;
      for (var n_0 = t_0; n_0 < i32(call.n) * 196; n_0 += 128) {
        let v2 = n_0 / 196;
        let v3 = (n_0 / 14) % 14;
        let v4 = n_0 % 14;
        let v5 = (((o_0 * 196) + (v2 * 1176)) + (v3 * 14)) + v4;
        let v6 = i32(arena[(v5 + 596732)]);
        own_0 = own_0 + (bitcast<f32>(arena[(((((((x_1_0 + (y_0 * 32)) + (v2 * 1024)) + (v3 * 64)) + ((v6 / 2) * 32)) + (v4 * 2)) + (v6 % 2)) + 123444)]) * bitcast<f32>(arena[(v5 + 671996)]));
      }
      k19_conv2d_weight_grad_conv1_weight_and_2_more_part_0[t_0] = own_0;
    }
    storageBarrier();
    workgroupBarrier();
    if (t_0 < 8) {
      var own_1: f32;
      own_1 = 0.0;
      for (var u_0 = 0; u_0 < 16; u_0++) {
        own_1 = own_1 + k19_conv2d_weight_grad_conv1_weight_and_2_more_part_0[((t_0 * 16) + u_0)];
      }
      k19_conv2d_weight_grad_conv1_weight_and_2_more_group_0[t_0] = own_1;
    }
    storageBarrier();
    workgroupBarrier();
    for (var t_1 = 0; t_1 < 8; t_1++) {
      acc_0 = acc_0 + k19_conv2d_weight_grad_conv1_weight_and_2_more_group_0[t_1];
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
  if ((v0 >= 150) && (v0 < 156)) {
    var acc_1: f32;
    acc_1 = 0.0;
    var own_2: f32;
    own_2 = 0.0;
    let t_2 = i32(lane);
    let i_0 = v0 - 150;
    for (var r0_0 = t_2; r0_0 < i32(call.n) * 196; r0_0 += 256) {
      own_2 = own_2 + bitcast<f32>(arena[(((((i_0 * 196) + ((r0_0 / 196) * 1176)) + (((r0_0 / 14) % 14) * 14)) + (r0_0 % 14)) + 671996)]);
    }
    k19_conv2d_weight_grad_conv1_weight_and_2_more_part_1[t_2] = own_2;
    storageBarrier();
    workgroupBarrier();
    if (t_2 < 16) {
      var own_3: f32;
      own_3 = 0.0;
      for (var u_1 = 0; u_1 < 16; u_1++) {
        own_3 = own_3 + k19_conv2d_weight_grad_conv1_weight_and_2_more_part_1[((t_2 * 16) + u_1)];
      }
      k19_conv2d_weight_grad_conv1_weight_and_2_more_group_1[t_2] = own_3;
    }
    storageBarrier();
    workgroupBarrier();
    for (var t_3 = 0; t_3 < 16; t_3++) {
      acc_1 = acc_1 + k19_conv2d_weight_grad_conv1_weight_and_2_more_group_1[t_3];
    }
    var out_1: f32;
    let v11 = i_0 + 61880;
    out_1 = (bitcast<f32>(arena[v11]) * 0.8999999761581421) + acc_1;
    var out_2_1: f32;
    let v12 = i_0 + 168;
    let v13 = out_1;
    out_2_1 = bitcast<f32>(arena[v12]) - (call.s0 * v13);
    if (lane == 0u) {
      arena[v11] = bitcast<u32>(v13);
    }
    if (lane == 0u) {
      arena[v12] = bitcast<u32>(out_2_1);
    }
  }
  if ((v0 >= 156) && (v0 < 172)) {
    var acc_2: f32;
    acc_2 = 0.0;
    var own_4: f32;
    own_4 = 0.0;
    let t_4 = i32(lane);
    let i_1 = v0 - 156;
    for (var r0_1 = t_4; r0_1 < i32(call.n) * 25; r0_1 += 256) {
      own_4 = own_4 + bitcast<f32>(arena[(((((i_1 * 25) + ((r0_1 / 25) * 400)) + (((r0_1 / 5) % 5) * 5)) + (r0_1 % 5)) + 798460)]);
    }
    k19_conv2d_weight_grad_conv1_weight_and_2_more_part_2[t_4] = own_4;
    storageBarrier();
    workgroupBarrier();
    if (t_4 < 16) {
      var own_5: f32;
      own_5 = 0.0;
      for (var u_2 = 0; u_2 < 16; u_2++) {
        own_5 = own_5 + k19_conv2d_weight_grad_conv1_weight_and_2_more_part_2[((t_4 * 16) + u_2)];
      }
      k19_conv2d_weight_grad_conv1_weight_and_2_more_group_2[t_4] = own_5;
    }
    storageBarrier();
    workgroupBarrier();
    for (var t_5 = 0; t_5 < 16; t_5++) {
      acc_2 = acc_2 + k19_conv2d_weight_grad_conv1_weight_and_2_more_group_2[t_5];
    }
    var out_2: f32;
    let v14 = i_1 + 64288;
    out_2 = (bitcast<f32>(arena[v14]) * 0.8999999761581421) + acc_2;
    var out_2_2: f32;
    let v15 = i_1 + 2576;
    let v16 = out_2;
    out_2_2 = bitcast<f32>(arena[v15]) - (call.s0 * v16);
    if (lane == 0u) {
      arena[v14] = bitcast<u32>(v16);
    }
    if (lane == 0u) {
      arena[v15] = bitcast<u32>(out_2_2);
    }
  }
}

var<workgroup> k20_conv2d_weight_grad_conv2_weight_and_5_more_part_0: array<f32, 64>;
var<workgroup> k20_conv2d_weight_grad_conv2_weight_and_5_more_group_0: array<f32, 8>;
var<workgroup> k20_conv2d_weight_grad_conv2_weight_and_5_more_b_0: array<f32, 256>;
var<workgroup> k20_conv2d_weight_grad_conv2_weight_and_5_more_a_0: array<f32, 256>;
var<workgroup> k20_conv2d_weight_grad_conv2_weight_and_5_more_part_1: array<f32, 64>;
var<workgroup> k20_conv2d_weight_grad_conv2_weight_and_5_more_group_1: array<f32, 8>;
var<workgroup> k20_conv2d_weight_grad_conv2_weight_and_5_more_b_1: array<f32, 128>;
var<workgroup> k20_conv2d_weight_grad_conv2_weight_and_5_more_a_1: array<f32, 128>;
var<workgroup> k20_conv2d_weight_grad_conv2_weight_and_5_more_part_2: array<f32, 64>;
var<workgroup> k20_conv2d_weight_grad_conv2_weight_and_5_more_group_2: array<f32, 8>;
var<workgroup> k20_conv2d_weight_grad_conv2_weight_and_5_more_b_2: array<f32, 128>;
var<workgroup> k20_conv2d_weight_grad_conv2_weight_and_5_more_a_2: array<f32, 128>;
@compute @workgroup_size(64)
fn k20_conv2d_weight_grad_conv2_weight_and_5_more(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let v0 = i32(group.x);
  if (v0 < 2400) {
    var acc_0: f32;
    acc_0 = 0.0;
    var own_0: f32;
    own_0 = 0.0;
    let t_0 = i32(lane);
    let x_0 = v0 % 5;
    let v1 = v0 / 5;
    let y_0 = v1 % 5;
    let v2 = v1 / 5;
    let c_0 = v2 % 6;
    let o_0 = v2 / 6;
    for (var n_0 = t_0; n_0 < i32(call.n) * 25; n_0 += 64) {
      let v3 = n_0 / 25;
      let v4 = (n_0 / 5) % 5;
      let v5 = n_0 % 5;
      let v6 = (((o_0 * 25) + (v3 * 400)) + (v4 * 5)) + v5;
      let v7 = i32(arena[(v6 + 772860)]);
      own_0 = own_0 + (bitcast<f32>(arena[((((((((x_0 + (y_0 * 14)) + (c_0 * 196)) + (v3 * 1176)) + (v4 * 28)) + ((v7 / 2) * 14)) + (v5 * 2)) + (v7 % 2)) + 521468)]) * bitcast<f32>(arena[(v6 + 798460)]));
    }
    k20_conv2d_weight_grad_conv2_weight_and_5_more_part_0[t_0] = own_0;
    storageBarrier();
    workgroupBarrier();
    if (t_0 < 8) {
      var own_1: f32;
      own_1 = 0.0;
      for (var u_0 = 0; u_0 < 8; u_0++) {
        own_1 = own_1 + k20_conv2d_weight_grad_conv2_weight_and_5_more_part_0[((t_0 * 8) + u_0)];
      }
      k20_conv2d_weight_grad_conv2_weight_and_5_more_group_0[t_0] = own_1;
    }
    storageBarrier();
    workgroupBarrier();
    for (var t_1 = 0; t_1 < 8; t_1++) {
      acc_0 = acc_0 + k20_conv2d_weight_grad_conv2_weight_and_5_more_group_0[t_1];
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
  if ((v0 >= 2400) && (v0 < 2600)) {
    var acc_1_0: f32;
    var acc_1_1: f32;
    var acc_1_2: f32;
    var acc_1_3: f32;
    acc_1_0 = 0.0;
    acc_1_1 = 0.0;
    acc_1_2 = 0.0;
    acc_1_3 = 0.0;
    let v12 = i32(call.n);
    let v13 = i32(lane);
    let tj_0 = v13 % 8;
    let ti_0 = v13 / 8;
    let v17 = v0 - 2400;
    let j_0 = (v17 % 25) * 16;
    let i_0 = (v17 / 25) * 16;
    for (var k_0 = 0; k_0 < v12; k_0 += 16) {
      storageBarrier();
      workgroupBarrier();
      let v14 = tj_0 * 2;
      let v15 = v14 + (ti_0 * 16);
      let v16 = (k_0 + ti_0) < v12;
      let v18 = ((j_0 + (k_0 * 400)) + v14) + (ti_0 * 400);
      k20_conv2d_weight_grad_conv2_weight_and_5_more_b_0[v15] = select(0.0, bitcast<f32>(arena[(v18 + 747260)]), v16);
      let v19 = v15 + 1;
      k20_conv2d_weight_grad_conv2_weight_and_5_more_b_0[v19] = select(0.0, bitcast<f32>(arena[(v18 + 747261)]), v16);
      let v20 = v15 + 128;
      let v21 = (k_0 + (ti_0 + 8)) < v12;
      k20_conv2d_weight_grad_conv2_weight_and_5_more_b_0[v20] = select(0.0, bitcast<f32>(arena[(v18 + 750460)]), v21);
      let v22 = v15 + 129;
      k20_conv2d_weight_grad_conv2_weight_and_5_more_b_0[v22] = select(0.0, bitcast<f32>(arena[(v18 + 750461)]), v21);
      let v23 = (i_0 + v14) < 120;
      let v24 = ((i_0 + (k_0 * 120)) + v14) + (ti_0 * 120);
      k20_conv2d_weight_grad_conv2_weight_and_5_more_a_0[v15] = select(0.0, bitcast<f32>(arena[(v24 + 831740)]), (v23 && v16));
      let v25 = (i_0 + (v14 + 1)) < 120;
      k20_conv2d_weight_grad_conv2_weight_and_5_more_a_0[v19] = select(0.0, bitcast<f32>(arena[(v24 + 831741)]), (v25 && v16));
      k20_conv2d_weight_grad_conv2_weight_and_5_more_a_0[v20] = select(0.0, bitcast<f32>(arena[(v24 + 832700)]), (v23 && v21));
      k20_conv2d_weight_grad_conv2_weight_and_5_more_a_0[v22] = select(0.0, bitcast<f32>(arena[(v24 + 832701)]), (v25 && v21));
      storageBarrier();
      workgroupBarrier();
      for (var k_i_0 = 0; k_i_0 < min(16, (v12 - k_0)); k_i_0++) {
        let v26 = k_i_0 * 16;
        let v27 = v26 + v14;
        let v28 = k20_conv2d_weight_grad_conv2_weight_and_5_more_b_0[v27];
        let v29 = v26 + (ti_0 * 2);
        let v30 = k20_conv2d_weight_grad_conv2_weight_and_5_more_a_0[v29];
        acc_1_0 = acc_1_0 + (v28 * v30);
        let v31 = k20_conv2d_weight_grad_conv2_weight_and_5_more_b_0[(v27 + 1)];
        acc_1_1 = acc_1_1 + (v31 * v30);
        let v32 = k20_conv2d_weight_grad_conv2_weight_and_5_more_a_0[(v29 + 1)];
        acc_1_2 = acc_1_2 + (v28 * v32);
        acc_1_3 = acc_1_3 + (v31 * v32);
      }
    }
    let v33 = ti_0 * 2;
    let v34 = 0 < (120 - (i_0 + v33));
    if (v34) {
      var out_1: f32;
      let v35 = ((j_0 + (i_0 * 400)) + (tj_0 * 2)) + (ti_0 * 800);
      let v36 = v35 + 64304;
      out_1 = (bitcast<f32>(arena[v36]) * 0.8999999761581421) + acc_1_0;
      var out_2_1: f32;
      let v37 = v35 + 2592;
      let v38 = out_1;
      out_2_1 = bitcast<f32>(arena[v37]) - (call.s0 * v38);
      arena[v36] = bitcast<u32>(v38);
      arena[v37] = bitcast<u32>(out_2_1);
    }
    if (v34) {
      var out_2: f32;
      let v39 = ((j_0 + (i_0 * 400)) + (tj_0 * 2)) + (ti_0 * 800);
      let v40 = v39 + 64305;
      out_2 = (bitcast<f32>(arena[v40]) * 0.8999999761581421) + acc_1_1;
      var out_2_2: f32;
      let v41 = v39 + 2593;
      let v42 = out_2;
      out_2_2 = bitcast<f32>(arena[v41]) - (call.s0 * v42);
      arena[v40] = bitcast<u32>(v42);
      arena[v41] = bitcast<u32>(out_2_2);
    }
    let v43 = 0 < (120 - (i_0 + (v33 + 1)));
    if (v43) {
      var out_3: f32;
      let v44 = ((j_0 + (i_0 * 400)) + (tj_0 * 2)) + (ti_0 * 800);
      let v45 = v44 + 64704;
      out_3 = (bitcast<f32>(arena[v45]) * 0.8999999761581421) + acc_1_2;
      var out_2_3: f32;
      let v46 = v44 + 2992;
      let v47 = out_3;
      out_2_3 = bitcast<f32>(arena[v46]) - (call.s0 * v47);
      arena[v45] = bitcast<u32>(v47);
      arena[v46] = bitcast<u32>(out_2_3);
    }
    if (v43) {
      var out_4: f32;
      let v48 = ((j_0 + (i_0 * 400)) + (tj_0 * 2)) + (ti_0 * 800);
      let v49 = v48 + 64705;
      out_4 = (bitcast<f32>(arena[v49]) * 0.8999999761581421) + acc_1_3;
      var out_2_4: f32;
      let v50 = v48 + 2993;
      let v51 = out_4;
      out_2_4 = bitcast<f32>(arena[v50]) - (call.s0 * v51);
      arena[v49] = bitcast<u32>(v51);
      arena[v50] = bitcast<u32>(out_2_4);
    }
  }
  if ((v0 >= 2600) && (v0 < 2720)) {
    var acc_2: f32;
    acc_2 = 0.0;
    var own_2: f32;
    own_2 = 0.0;
    let t_2 = i32(lane);
    let i_1 = v0 - 2600;
    for (var r0_0 = t_2; r0_0 < i32(call.n); r0_0 += 64) {
      own_2 = own_2 + bitcast<f32>(arena[((i_1 + (r0_0 * 120)) + 831740)]);
    }
    k20_conv2d_weight_grad_conv2_weight_and_5_more_part_1[t_2] = own_2;
    storageBarrier();
    workgroupBarrier();
    if (t_2 < 8) {
      var own_3: f32;
      own_3 = 0.0;
      for (var u_1 = 0; u_1 < 8; u_1++) {
        own_3 = own_3 + k20_conv2d_weight_grad_conv2_weight_and_5_more_part_1[((t_2 * 8) + u_1)];
      }
      k20_conv2d_weight_grad_conv2_weight_and_5_more_group_1[t_2] = own_3;
    }
    storageBarrier();
    workgroupBarrier();
    for (var t_3 = 0; t_3 < 8; t_3++) {
      acc_2 = acc_2 + k20_conv2d_weight_grad_conv2_weight_and_5_more_group_1[t_3];
    }
    var out_5: f32;
    let v52 = i_1 + 112304;
    out_5 = (bitcast<f32>(arena[v52]) * 0.8999999761581421) + acc_2;
    var out_2_5: f32;
    let v53 = i_1 + 50592;
    let v54 = out_5;
    out_2_5 = bitcast<f32>(arena[v53]) - (call.s0 * v54);
    if (lane == 0u) {
      arena[v52] = bitcast<u32>(v54);
    }
    if (lane == 0u) {
      arena[v53] = bitcast<u32>(out_2_5);
    }
  }
  if ((v0 >= 2720) && (v0 < 2885)) {
    var acc_3_0: f32;
    acc_3_0 = 0.0;
    let v55 = i32(call.n);
    let v56 = i32(lane);
    let tj_1 = v56 % 8;
    let ti_1 = v56 / 8;
    let v59 = v0 - 2720;
    let j_1 = (v59 % 15) * 8;
    let i_2 = (v59 / 15) * 8;
    for (var k_1 = 0; k_1 < v55; k_1 += 16) {
      storageBarrier();
      workgroupBarrier();
      let v57 = tj_1 + (ti_1 * 8);
      let v58 = (k_1 + ti_1) < v55;
      let v60 = ((j_1 + (k_1 * 120)) + tj_1) + (ti_1 * 120);
      k20_conv2d_weight_grad_conv2_weight_and_5_more_b_1[v57] = select(0.0, bitcast<f32>(arena[(v60 + 824060)]), v58);
      let v61 = v57 + 64;
      let v62 = (k_1 + (ti_1 + 8)) < v55;
      k20_conv2d_weight_grad_conv2_weight_and_5_more_b_1[v61] = select(0.0, bitcast<f32>(arena[(v60 + 825020)]), v62);
      let v63 = (i_2 + tj_1) < 84;
      let v64 = ((i_2 + (k_1 * 84)) + tj_1) + (ti_1 * 84);
      k20_conv2d_weight_grad_conv2_weight_and_5_more_a_1[v57] = select(0.0, bitcast<f32>(arena[(v64 + 844796)]), (v63 && v58));
      k20_conv2d_weight_grad_conv2_weight_and_5_more_a_1[v61] = select(0.0, bitcast<f32>(arena[(v64 + 845468)]), (v63 && v62));
      storageBarrier();
      workgroupBarrier();
      for (var k_i_1 = 0; k_i_1 < min(16, (v55 - k_1)); k_i_1++) {
        let v65 = k_i_1 * 8;
        acc_3_0 = acc_3_0 + (k20_conv2d_weight_grad_conv2_weight_and_5_more_b_1[(v65 + tj_1)] * k20_conv2d_weight_grad_conv2_weight_and_5_more_a_1[(v65 + ti_1)]);
      }
    }
    if (0 < (84 - (i_2 + ti_1))) {
      var out_6: f32;
      let v66 = ((j_1 + (i_2 * 120)) + tj_1) + (ti_1 * 120);
      let v67 = v66 + 112424;
      out_6 = (bitcast<f32>(arena[v67]) * 0.8999999761581421) + acc_3_0;
      var out_2_6: f32;
      let v68 = v66 + 50712;
      let v69 = out_6;
      out_2_6 = bitcast<f32>(arena[v68]) - (call.s0 * v69);
      arena[v67] = bitcast<u32>(v69);
      arena[v68] = bitcast<u32>(out_2_6);
    }
  }
  if ((v0 >= 2885) && (v0 < 2969)) {
    var acc_4: f32;
    acc_4 = 0.0;
    var own_4: f32;
    own_4 = 0.0;
    let t_4 = i32(lane);
    let i_3 = v0 - 2885;
    for (var r0_1 = t_4; r0_1 < i32(call.n); r0_1 += 64) {
      own_4 = own_4 + bitcast<f32>(arena[((i_3 + (r0_1 * 84)) + 844796)]);
    }
    k20_conv2d_weight_grad_conv2_weight_and_5_more_part_2[t_4] = own_4;
    storageBarrier();
    workgroupBarrier();
    if (t_4 < 8) {
      var own_5: f32;
      own_5 = 0.0;
      for (var u_2 = 0; u_2 < 8; u_2++) {
        own_5 = own_5 + k20_conv2d_weight_grad_conv2_weight_and_5_more_part_2[((t_4 * 8) + u_2)];
      }
      k20_conv2d_weight_grad_conv2_weight_and_5_more_group_2[t_4] = own_5;
    }
    storageBarrier();
    workgroupBarrier();
    for (var t_5 = 0; t_5 < 8; t_5++) {
      acc_4 = acc_4 + k20_conv2d_weight_grad_conv2_weight_and_5_more_group_2[t_5];
    }
    var out_7: f32;
    let v70 = i_3 + 122504;
    out_7 = (bitcast<f32>(arena[v70]) * 0.8999999761581421) + acc_4;
    var out_2_7: f32;
    let v71 = i_3 + 60792;
    let v72 = out_7;
    out_2_7 = bitcast<f32>(arena[v71]) - (call.s0 * v72);
    if (lane == 0u) {
      arena[v70] = bitcast<u32>(v72);
    }
    if (lane == 0u) {
      arena[v71] = bitcast<u32>(out_2_7);
    }
  }
  if ((v0 >= 2969) && (v0 < 2991)) {
    var acc_5_0: f32;
    acc_5_0 = 0.0;
    let v73 = i32(call.n);
    let v74 = i32(lane);
    let tj_2 = v74 % 8;
    let ti_2 = v74 / 8;
    let v76 = v0 - 2969;
    let j_2 = (v76 % 11) * 8;
    let i_4 = (v76 / 11) * 8;
    for (var k_2 = 0; k_2 < v73; k_2 += 16) {
      storageBarrier();
      workgroupBarrier();
      let v75 = tj_2 + (ti_2 * 8);
      let v77 = (j_2 + tj_2) < 84;
      let v78 = (k_2 + ti_2) < v73;
      let v79 = ((j_2 + (k_2 * 84)) + tj_2) + (ti_2 * 84);
      k20_conv2d_weight_grad_conv2_weight_and_5_more_b_2[v75] = select(0.0, bitcast<f32>(arena[(v79 + 839420)]), (v77 && v78));
      let v80 = v75 + 64;
      let v81 = (k_2 + (ti_2 + 8)) < v73;
      k20_conv2d_weight_grad_conv2_weight_and_5_more_b_2[v80] = select(0.0, bitcast<f32>(arena[(v79 + 840092)]), (v77 && v81));
      let v82 = (i_4 + tj_2) < 10;
      let v83 = ((i_4 + (k_2 * 10)) + tj_2) + (ti_2 * 10);
      k20_conv2d_weight_grad_conv2_weight_and_5_more_a_2[v75] = select(0.0, bitcast<f32>(arena[(v83 + 850172)]), (v82 && v78));
      k20_conv2d_weight_grad_conv2_weight_and_5_more_a_2[v80] = select(0.0, bitcast<f32>(arena[(v83 + 850252)]), (v82 && v81));
      storageBarrier();
      workgroupBarrier();
      for (var k_i_2 = 0; k_i_2 < min(16, (v73 - k_2)); k_i_2++) {
        let v84 = k_i_2 * 8;
        acc_5_0 = acc_5_0 + (k20_conv2d_weight_grad_conv2_weight_and_5_more_b_2[(v84 + tj_2)] * k20_conv2d_weight_grad_conv2_weight_and_5_more_a_2[(v84 + ti_2)]);
      }
    }
    if (0 < (10 - (i_4 + ti_2))) {
      if (0 < (84 - (j_2 + tj_2))) {
        var out_8: f32;
        let v85 = ((j_2 + (i_4 * 84)) + tj_2) + (ti_2 * 84);
        let v86 = v85 + 122588;
        out_8 = (bitcast<f32>(arena[v86]) * 0.8999999761581421) + acc_5_0;
        var out_2_8: f32;
        let v87 = v85 + 60876;
        let v88 = out_8;
        out_2_8 = bitcast<f32>(arena[v87]) - (call.s0 * v88);
        arena[v86] = bitcast<u32>(v88);
        arena[v87] = bitcast<u32>(out_2_8);
      }
    }
  }
}
