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

var<workgroup> k0_conv2d_max_pool2d_b_0: array<f32, 1024>;
var<workgroup> k0_conv2d_max_pool2d_a_0: array<f32, 48>;
@compute @workgroup_size(64)
fn k0_conv2d_max_pool2d(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
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
  let v0 = i32(lane);
  let tj_0 = v0 % 32;
  let ti_0 = v0 / 32;
  let v2 = i32(group.x);
  let y_0 = (v2 % 7) * 32;
  let n_0 = i32(group.y);
  for (var i_2_0 = 0; i_2_0 < 25; i_2_0 += 8) {
    workgroupBarrier();
    let v1 = tj_0 + (ti_0 * 128);
    let v3 = y_0 + tj_0;
    let v4 = v3 < 196;
    let v5 = i_2_0 + ti_0;
    let v6 = v4 && (v5 < 25);
    let v7 = ((n_0 * 1024) + ((v3 / 14) * 64)) + ((v3 % 14) * 2);
    let v8 = (v7 + ((v5 / 5) * 32)) + (v5 % 5);
    k0_conv2d_max_pool2d_b_0[v1] = select(0.0, bitcast<f32>(arena[(v8 + 123444)]), v6);
    k0_conv2d_max_pool2d_b_0[v1 + 32] = select(0.0, bitcast<f32>(arena[(v8 + 123445)]), v6);
    k0_conv2d_max_pool2d_b_0[v1 + 64] = select(0.0, bitcast<f32>(arena[(v8 + 123476)]), v6);
    k0_conv2d_max_pool2d_b_0[v1 + 96] = select(0.0, bitcast<f32>(arena[(v8 + 123477)]), v6);
    let v9 = i_2_0 + (ti_0 + 2);
    let v10 = v4 && (v9 < 25);
    let v11 = (v7 + ((v9 / 5) * 32)) + (v9 % 5);
    k0_conv2d_max_pool2d_b_0[v1 + 256] = select(0.0, bitcast<f32>(arena[(v11 + 123444)]), v10);
    k0_conv2d_max_pool2d_b_0[v1 + 288] = select(0.0, bitcast<f32>(arena[(v11 + 123445)]), v10);
    k0_conv2d_max_pool2d_b_0[v1 + 320] = select(0.0, bitcast<f32>(arena[(v11 + 123476)]), v10);
    k0_conv2d_max_pool2d_b_0[v1 + 352] = select(0.0, bitcast<f32>(arena[(v11 + 123477)]), v10);
    let v12 = i_2_0 + (ti_0 + 4);
    let v13 = v4 && (v12 < 25);
    let v14 = (v7 + ((v12 / 5) * 32)) + (v12 % 5);
    k0_conv2d_max_pool2d_b_0[v1 + 512] = select(0.0, bitcast<f32>(arena[(v14 + 123444)]), v13);
    k0_conv2d_max_pool2d_b_0[v1 + 544] = select(0.0, bitcast<f32>(arena[(v14 + 123445)]), v13);
    k0_conv2d_max_pool2d_b_0[v1 + 576] = select(0.0, bitcast<f32>(arena[(v14 + 123476)]), v13);
    k0_conv2d_max_pool2d_b_0[v1 + 608] = select(0.0, bitcast<f32>(arena[(v14 + 123477)]), v13);
    let v15 = i_2_0 + (ti_0 + 6);
    let v16 = v4 && (v15 < 25);
    let v17 = (v7 + ((v15 / 5) * 32)) + (v15 % 5);
    k0_conv2d_max_pool2d_b_0[v1 + 768] = select(0.0, bitcast<f32>(arena[(v17 + 123444)]), v16);
    k0_conv2d_max_pool2d_b_0[v1 + 800] = select(0.0, bitcast<f32>(arena[(v17 + 123445)]), v16);
    k0_conv2d_max_pool2d_b_0[v1 + 832] = select(0.0, bitcast<f32>(arena[(v17 + 123476)]), v16);
    k0_conv2d_max_pool2d_b_0[v1 + 864] = select(0.0, bitcast<f32>(arena[(v17 + 123477)]), v16);
    let t_0 = v0 % 8;
    let s_0 = v0 / 8;
    if (v0 < 16) {
      let v18 = (t_0 * 6) + (s_0 * 3);
      let v19 = i_2_0 + t_0;
      let v20 = v19 < 25;
      let v21 = v19 + (s_0 * 75);
      k0_conv2d_max_pool2d_a_0[v18] = select(0.0, bitcast<f32>(arena[(v21 + 16)]), v20);
      k0_conv2d_max_pool2d_a_0[v18 + 1] = select(0.0, bitcast<f32>(arena[(v21 + 41)]), v20);
      k0_conv2d_max_pool2d_a_0[v18 + 2] = select(0.0, bitcast<f32>(arena[(v21 + 66)]), v20);
    }
    workgroupBarrier();
    for (var i_2_i_0 = 0; i_2_i_0 < min(8, (25 - i_2_0)); i_2_i_0++) {
      let v22 = (i_2_i_0 * 128) + tj_0;
      let v23 = k0_conv2d_max_pool2d_b_0[v22];
      let v24 = (i_2_i_0 * 6) + (ti_0 * 3);
      let v25 = k0_conv2d_max_pool2d_a_0[v24];
      acc_0_0 = acc_0_0 + (v23 * v25);
      let v26 = k0_conv2d_max_pool2d_a_0[(v24 + 1)];
      acc_0_1 = acc_0_1 + (v23 * v26);
      let v27 = k0_conv2d_max_pool2d_a_0[(v24 + 2)];
      acc_0_2 = acc_0_2 + (v23 * v27);
      let v28 = k0_conv2d_max_pool2d_b_0[(v22 + 32)];
      acc_0_3 = acc_0_3 + (v28 * v25);
      acc_0_4 = acc_0_4 + (v28 * v26);
      acc_0_5 = acc_0_5 + (v28 * v27);
      let v29 = k0_conv2d_max_pool2d_b_0[(v22 + 64)];
      acc_0_6 = acc_0_6 + (v29 * v25);
      acc_0_7 = acc_0_7 + (v29 * v26);
      acc_0_8 = acc_0_8 + (v29 * v27);
      let v30 = k0_conv2d_max_pool2d_b_0[(v22 + 96)];
      acc_0_9 = acc_0_9 + (v30 * v25);
      acc_0_10 = acc_0_10 + (v30 * v26);
      acc_0_11 = acc_0_11 + (v30 * v27);
    }
  }
  let v31 = 0 < (196 - (y_0 + tj_0));
  if (v31) {
    var top_0: f32;
    top_0 = special(1u);
    let v32 = bitcast<f32>(arena[((ti_0 * 3) + 168)]);
    let v33 = acc_0_0 + v32;
    top_0 = max_f32(top_0, select(v33, 0.0, (v33 < 0.0)));
    let v34 = acc_0_3 + v32;
    top_0 = max_f32(top_0, select(v34, 0.0, (v34 < 0.0)));
    let v35 = acc_0_6 + v32;
    top_0 = max_f32(top_0, select(v35, 0.0, (v35 < 0.0)));
    let v36 = acc_0_9 + v32;
    top_0 = max_f32(top_0, select(v36, 0.0, (v36 < 0.0)));
    arena[(((y_0 + (n_0 * 1176)) + tj_0) + (ti_0 * 588)) + 521468] = bitcast<u32>(top_0);
  }
  if (v31) {
    var top_1: f32;
    top_1 = special(1u);
    let v37 = bitcast<f32>(arena[((ti_0 * 3) + 169)]);
    let v38 = acc_0_1 + v37;
    top_1 = max_f32(top_1, select(v38, 0.0, (v38 < 0.0)));
    let v39 = acc_0_4 + v37;
    top_1 = max_f32(top_1, select(v39, 0.0, (v39 < 0.0)));
    let v40 = acc_0_7 + v37;
    top_1 = max_f32(top_1, select(v40, 0.0, (v40 < 0.0)));
    let v41 = acc_0_10 + v37;
    top_1 = max_f32(top_1, select(v41, 0.0, (v41 < 0.0)));
    arena[(((y_0 + (n_0 * 1176)) + tj_0) + (ti_0 * 588)) + 521664] = bitcast<u32>(top_1);
  }
  if (v31) {
    var top_2: f32;
    top_2 = special(1u);
    let v42 = bitcast<f32>(arena[((ti_0 * 3) + 170)]);
    let v43 = acc_0_2 + v42;
    top_2 = max_f32(top_2, select(v43, 0.0, (v43 < 0.0)));
    let v44 = acc_0_5 + v42;
    top_2 = max_f32(top_2, select(v44, 0.0, (v44 < 0.0)));
    let v45 = acc_0_8 + v42;
    top_2 = max_f32(top_2, select(v45, 0.0, (v45 < 0.0)));
    let v46 = acc_0_11 + v42;
    top_2 = max_f32(top_2, select(v46, 0.0, (v46 < 0.0)));
    arena[(((y_0 + (n_0 * 1176)) + tj_0) + (ti_0 * 588)) + 521860] = bitcast<u32>(top_2);
  }
}

var<workgroup> k1_conv2d_max_pool2d_2_b_0: array<f32, 1024>;
var<workgroup> k1_conv2d_max_pool2d_2_a_0: array<vec4f, 64>;
@compute @workgroup_size(64)
fn k1_conv2d_max_pool2d_2(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
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
  var block_0_0: f32;
  var block_0_1: f32;
  var block_0_2: f32;
  var block_0_3: f32;
  var block_0_4: f32;
  var block_0_5: f32;
  var block_0_6: f32;
  var block_0_7: f32;
  var block_0_8: f32;
  var block_0_9: f32;
  var block_0_10: f32;
  var block_0_11: f32;
  var block_0_12: f32;
  var block_0_13: f32;
  var block_0_14: f32;
  var block_0_15: f32;
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
  let v0 = i32(lane);
  let tj_0 = v0 % 16;
  let ti_0 = v0 / 16;
  let v2 = i32(group.x);
  let y_0 = (v2 % 2) * 16;
  let n_0 = i32(group.y);
  for (var c_2_0 = 0; c_2_0 < 150; c_2_0 += 32) {
    block_0_0 = 0.0;
    block_0_1 = 0.0;
    block_0_2 = 0.0;
    block_0_3 = 0.0;
    block_0_4 = 0.0;
    block_0_5 = 0.0;
    block_0_6 = 0.0;
    block_0_7 = 0.0;
    block_0_8 = 0.0;
    block_0_9 = 0.0;
    block_0_10 = 0.0;
    block_0_11 = 0.0;
    block_0_12 = 0.0;
    block_0_13 = 0.0;
    block_0_14 = 0.0;
    block_0_15 = 0.0;
    for (var c_2_b_0 = 0; c_2_b_0 < 2; c_2_b_0++) {
      workgroupBarrier();
      let v1 = tj_0 + (ti_0 * 64);
      let v3 = y_0 + tj_0;
      let v4 = v3 < 25;
      let v5 = c_2_0 + (c_2_b_0 * 16);
      let v6 = v5 + ti_0;
      let v7 = v4 && (v6 < 150);
      let v8 = ((n_0 * 1176) + ((v3 / 5) * 28)) + ((v3 % 5) * 2);
      let v9 = ((v8 + ((v6 / 25) * 196)) + (((v6 / 5) % 5) * 14)) + (v6 % 5);
      k1_conv2d_max_pool2d_2_b_0[v1] = select(0.0, bitcast<f32>(arena[(v9 + 521468)]), v7);
      k1_conv2d_max_pool2d_2_b_0[v1 + 16] = select(0.0, bitcast<f32>(arena[(v9 + 521469)]), v7);
      k1_conv2d_max_pool2d_2_b_0[v1 + 32] = select(0.0, bitcast<f32>(arena[(v9 + 521482)]), v7);
      k1_conv2d_max_pool2d_2_b_0[v1 + 48] = select(0.0, bitcast<f32>(arena[(v9 + 521483)]), v7);
      let v10 = v5 + (ti_0 + 4);
      let v11 = v4 && (v10 < 150);
      let v12 = ((v8 + ((v10 / 25) * 196)) + (((v10 / 5) % 5) * 14)) + (v10 % 5);
      k1_conv2d_max_pool2d_2_b_0[v1 + 256] = select(0.0, bitcast<f32>(arena[(v12 + 521468)]), v11);
      k1_conv2d_max_pool2d_2_b_0[v1 + 272] = select(0.0, bitcast<f32>(arena[(v12 + 521469)]), v11);
      k1_conv2d_max_pool2d_2_b_0[v1 + 288] = select(0.0, bitcast<f32>(arena[(v12 + 521482)]), v11);
      k1_conv2d_max_pool2d_2_b_0[v1 + 304] = select(0.0, bitcast<f32>(arena[(v12 + 521483)]), v11);
      let v13 = v5 + (ti_0 + 8);
      let v14 = v4 && (v13 < 150);
      let v15 = ((v8 + ((v13 / 25) * 196)) + (((v13 / 5) % 5) * 14)) + (v13 % 5);
      k1_conv2d_max_pool2d_2_b_0[v1 + 512] = select(0.0, bitcast<f32>(arena[(v15 + 521468)]), v14);
      k1_conv2d_max_pool2d_2_b_0[v1 + 528] = select(0.0, bitcast<f32>(arena[(v15 + 521469)]), v14);
      k1_conv2d_max_pool2d_2_b_0[v1 + 544] = select(0.0, bitcast<f32>(arena[(v15 + 521482)]), v14);
      k1_conv2d_max_pool2d_2_b_0[v1 + 560] = select(0.0, bitcast<f32>(arena[(v15 + 521483)]), v14);
      let v16 = v5 + (ti_0 + 12);
      let v17 = v4 && (v16 < 150);
      let v18 = ((v8 + ((v16 / 25) * 196)) + (((v16 / 5) % 5) * 14)) + (v16 % 5);
      k1_conv2d_max_pool2d_2_b_0[v1 + 768] = select(0.0, bitcast<f32>(arena[(v18 + 521468)]), v17);
      k1_conv2d_max_pool2d_2_b_0[v1 + 784] = select(0.0, bitcast<f32>(arena[(v18 + 521469)]), v17);
      k1_conv2d_max_pool2d_2_b_0[v1 + 800] = select(0.0, bitcast<f32>(arena[(v18 + 521482)]), v17);
      k1_conv2d_max_pool2d_2_b_0[v1 + 816] = select(0.0, bitcast<f32>(arena[(v18 + 521483)]), v17);
      let v19 = v5 + tj_0;
      let v20 = v19 < 150;
      let v21 = ((((v19 / 25) * 25) + (((v19 / 5) % 5) * 5)) + (v19 % 5)) + (ti_0 * 600);
      k1_conv2d_max_pool2d_2_a_0[(tj_0 * 4) + ti_0] = vec4f(select(0.0, bitcast<f32>(arena[(v21 + 176)]), v20), select(0.0, bitcast<f32>(arena[(v21 + 326)]), v20), select(0.0, bitcast<f32>(arena[(v21 + 476)]), v20), select(0.0, bitcast<f32>(arena[(v21 + 626)]), v20));
      workgroupBarrier();
      for (var c_2_i_0 = 0; c_2_i_0 < min(16, (150 - v5)); c_2_i_0++) {
        let v22 = (c_2_i_0 * 64) + tj_0;
        let v23 = k1_conv2d_max_pool2d_2_b_0[v22];
        let v24 = k1_conv2d_max_pool2d_2_a_0[((c_2_i_0 * 4) + ti_0)];
        let v25 = v24.x;
        block_0_0 = block_0_0 + (v23 * v25);
        let v26 = v24.y;
        block_0_1 = block_0_1 + (v23 * v26);
        let v27 = v24.z;
        block_0_2 = block_0_2 + (v23 * v27);
        let v28 = v24.w;
        block_0_3 = block_0_3 + (v23 * v28);
        let v29 = k1_conv2d_max_pool2d_2_b_0[(v22 + 16)];
        block_0_4 = block_0_4 + (v29 * v25);
        block_0_5 = block_0_5 + (v29 * v26);
        block_0_6 = block_0_6 + (v29 * v27);
        block_0_7 = block_0_7 + (v29 * v28);
        let v30 = k1_conv2d_max_pool2d_2_b_0[(v22 + 32)];
        block_0_8 = block_0_8 + (v30 * v25);
        block_0_9 = block_0_9 + (v30 * v26);
        block_0_10 = block_0_10 + (v30 * v27);
        block_0_11 = block_0_11 + (v30 * v28);
        let v31 = k1_conv2d_max_pool2d_2_b_0[(v22 + 48)];
        block_0_12 = block_0_12 + (v31 * v25);
        block_0_13 = block_0_13 + (v31 * v26);
        block_0_14 = block_0_14 + (v31 * v27);
        block_0_15 = block_0_15 + (v31 * v28);
      }
    }
    acc_0_0 = acc_0_0 + block_0_0;
    acc_0_1 = acc_0_1 + block_0_1;
    acc_0_2 = acc_0_2 + block_0_2;
    acc_0_3 = acc_0_3 + block_0_3;
    acc_0_4 = acc_0_4 + block_0_4;
    acc_0_5 = acc_0_5 + block_0_5;
    acc_0_6 = acc_0_6 + block_0_6;
    acc_0_7 = acc_0_7 + block_0_7;
    acc_0_8 = acc_0_8 + block_0_8;
    acc_0_9 = acc_0_9 + block_0_9;
    acc_0_10 = acc_0_10 + block_0_10;
    acc_0_11 = acc_0_11 + block_0_11;
    acc_0_12 = acc_0_12 + block_0_12;
    acc_0_13 = acc_0_13 + block_0_13;
    acc_0_14 = acc_0_14 + block_0_14;
    acc_0_15 = acc_0_15 + block_0_15;
  }
  let v32 = 0 < (25 - (y_0 + tj_0));
  if (v32) {
    var top_0: f32;
    top_0 = special(1u);
    let v33 = bitcast<f32>(arena[((ti_0 * 4) + 2576)]);
    let v34 = acc_0_0 + v33;
    top_0 = max_f32(top_0, select(v34, 0.0, (v34 < 0.0)));
    let v35 = acc_0_4 + v33;
    top_0 = max_f32(top_0, select(v35, 0.0, (v35 < 0.0)));
    let v36 = acc_0_8 + v33;
    top_0 = max_f32(top_0, select(v36, 0.0, (v36 < 0.0)));
    let v37 = acc_0_12 + v33;
    top_0 = max_f32(top_0, select(v37, 0.0, (v37 < 0.0)));
    arena[(((y_0 + (n_0 * 400)) + tj_0) + (ti_0 * 100)) + 747260] = bitcast<u32>(top_0);
  }
  if (v32) {
    var top_1: f32;
    top_1 = special(1u);
    let v38 = bitcast<f32>(arena[((ti_0 * 4) + 2577)]);
    let v39 = acc_0_1 + v38;
    top_1 = max_f32(top_1, select(v39, 0.0, (v39 < 0.0)));
    let v40 = acc_0_5 + v38;
    top_1 = max_f32(top_1, select(v40, 0.0, (v40 < 0.0)));
    let v41 = acc_0_9 + v38;
    top_1 = max_f32(top_1, select(v41, 0.0, (v41 < 0.0)));
    let v42 = acc_0_13 + v38;
    top_1 = max_f32(top_1, select(v42, 0.0, (v42 < 0.0)));
    arena[(((y_0 + (n_0 * 400)) + tj_0) + (ti_0 * 100)) + 747285] = bitcast<u32>(top_1);
  }
  if (v32) {
    var top_2: f32;
    top_2 = special(1u);
    let v43 = bitcast<f32>(arena[((ti_0 * 4) + 2578)]);
    let v44 = acc_0_2 + v43;
    top_2 = max_f32(top_2, select(v44, 0.0, (v44 < 0.0)));
    let v45 = acc_0_6 + v43;
    top_2 = max_f32(top_2, select(v45, 0.0, (v45 < 0.0)));
    let v46 = acc_0_10 + v43;
    top_2 = max_f32(top_2, select(v46, 0.0, (v46 < 0.0)));
    let v47 = acc_0_14 + v43;
    top_2 = max_f32(top_2, select(v47, 0.0, (v47 < 0.0)));
    arena[(((y_0 + (n_0 * 400)) + tj_0) + (ti_0 * 100)) + 747310] = bitcast<u32>(top_2);
  }
  if (v32) {
    var top_3: f32;
    top_3 = special(1u);
    let v48 = bitcast<f32>(arena[((ti_0 * 4) + 2579)]);
    let v49 = acc_0_3 + v48;
    top_3 = max_f32(top_3, select(v49, 0.0, (v49 < 0.0)));
    let v50 = acc_0_7 + v48;
    top_3 = max_f32(top_3, select(v50, 0.0, (v50 < 0.0)));
    let v51 = acc_0_11 + v48;
    top_3 = max_f32(top_3, select(v51, 0.0, (v51 < 0.0)));
    let v52 = acc_0_15 + v48;
    top_3 = max_f32(top_3, select(v52, 0.0, (v52 < 0.0)));
    arena[(((y_0 + (n_0 * 400)) + tj_0) + (ti_0 * 100)) + 747335] = bitcast<u32>(top_3);
  }
}

var<workgroup> k2_matmul_a_0: array<f32, 128>;
var<workgroup> k2_matmul_b_0: array<f32, 128>;
@compute @workgroup_size(64)
fn k2_matmul(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0_0: f32;
  var block_0_0: f32;
  acc_0_0 = 0.0;
  let v0 = i32(lane);
  let n_0 = i32(group.y) * 8;
  let j_0 = i32(group.x) * 8;
  let ti_0 = v0 / 8;
  let tj_0 = v0 % 8;
  for (var k_0 = 0; k_0 < 384; k_0 += 48) {
    block_0_0 = 0.0;
    for (var k_b_0 = 0; k_b_0 < 3; k_b_0++) {
      workgroupBarrier();
      let t_0 = v0 % 16;
      let s_0 = v0 / 16;
      let v1 = (t_0 * 8) + s_0;
      let v2 = i32(call.n);
      let v3 = k_b_0 * 16;
      let v4 = s_0 * 400;
      let v5 = ((((n_0 * 400) + k_0) + v3) + t_0) + v4;
      k2_matmul_a_0[v1] = select(0.0, bitcast<f32>(arena[(v5 + 747260)]), ((n_0 + s_0) < v2));
      let v6 = v1 + 4;
      k2_matmul_a_0[v6] = select(0.0, bitcast<f32>(arena[(v5 + 748860)]), ((n_0 + (s_0 + 4)) < v2));
      let v7 = ((((j_0 * 400) + k_0) + v3) + t_0) + v4;
      k2_matmul_b_0[v1] = bitcast<f32>(arena[(v7 + 2592)]);
      k2_matmul_b_0[v6] = bitcast<f32>(arena[(v7 + 4192)]);
      workgroupBarrier();
      for (var k_i_0 = 0; k_i_0 < 16; k_i_0++) {
        let v8 = k_i_0 * 8;
        block_0_0 = block_0_0 + (k2_matmul_a_0[(v8 + ti_0)] * k2_matmul_b_0[(v8 + tj_0)]);
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
  let v11 = s_1 * 400;
  let v12 = ((n_0 * 400) + t_1) + v11;
  k2_matmul_a_0[v9] = select(0.0, bitcast<f32>(arena[(v12 + 747644)]), ((n_0 + s_1) < v10));
  let v13 = v9 + 4;
  k2_matmul_a_0[v13] = select(0.0, bitcast<f32>(arena[(v12 + 749244)]), ((n_0 + (s_1 + 4)) < v10));
  let v14 = ((j_0 * 400) + t_1) + v11;
  k2_matmul_b_0[v9] = bitcast<f32>(arena[(v14 + 2976)]);
  k2_matmul_b_0[v13] = bitcast<f32>(arena[(v14 + 4576)]);
  workgroupBarrier();
  for (var k_i_1 = 0; k_i_1 < 16; k_i_1++) {
    let v15 = k_i_1 * 8;
    block_0_0 = block_0_0 + (k2_matmul_a_0[(v15 + ti_0)] * k2_matmul_b_0[(v15 + tj_0)]);
  }
  acc_0_0 = acc_0_0 + block_0_0;
  if (0 < (v10 - (n_0 + ti_0))) {
    let v16 = acc_0_0 + bitcast<f32>(arena[((j_0 + tj_0) + 50592)]);
    arena[(((j_0 + (n_0 * 120)) + tj_0) + (ti_0 * 120)) + 824060] = bitcast<u32>(select(v16, 0.0, (v16 < 0.0)));
  }
}

var<workgroup> k3_matmul_2_a_0: array<f32, 128>;
var<workgroup> k3_matmul_2_b_0: array<f32, 128>;
@compute @workgroup_size(64)
fn k3_matmul_2(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0_0: f32;
  var block_0_0: f32;
  acc_0_0 = 0.0;
  let v0 = i32(lane);
  let n_0 = i32(group.y) * 8;
  let j_0 = i32(group.x) * 8;
  let ti_0 = v0 / 8;
  let tj_0 = v0 % 8;
  for (var k_0 = 0; k_0 < 120; k_0 += 32) {
    block_0_0 = 0.0;
    for (var k_b_0 = 0; k_b_0 < 2; k_b_0++) {
      workgroupBarrier();
      let t_0 = v0 % 16;
      let s_0 = v0 / 16;
      let v1 = (t_0 * 8) + s_0;
      let v2 = i32(call.n);
      let v3 = k_b_0 * 16;
      let v4 = k_0 + v3;
      let v5 = (v4 + t_0) < 120;
      let v6 = s_0 * 120;
      let v7 = ((((n_0 * 120) + k_0) + v3) + t_0) + v6;
      k3_matmul_2_a_0[v1] = select(0.0, bitcast<f32>(arena[(v7 + 824060)]), (((n_0 + s_0) < v2) && v5));
      let v8 = v1 + 4;
      let v9 = s_0 + 4;
      k3_matmul_2_a_0[v8] = select(0.0, bitcast<f32>(arena[(v7 + 824540)]), (((n_0 + v9) < v2) && v5));
      let v10 = ((((j_0 * 120) + k_0) + v3) + t_0) + v6;
      k3_matmul_2_b_0[v1] = select(0.0, bitcast<f32>(arena[(v10 + 50712)]), (((j_0 + s_0) < 84) && v5));
      k3_matmul_2_b_0[v8] = select(0.0, bitcast<f32>(arena[(v10 + 51192)]), (((j_0 + v9) < 84) && v5));
      workgroupBarrier();
      for (var k_i_0 = 0; k_i_0 < min(16, (120 - v4)); k_i_0++) {
        let v11 = k_i_0 * 8;
        block_0_0 = block_0_0 + (k3_matmul_2_a_0[(v11 + ti_0)] * k3_matmul_2_b_0[(v11 + tj_0)]);
      }
    }
    acc_0_0 = acc_0_0 + block_0_0;
  }
  if (0 < (i32(call.n) - (n_0 + ti_0))) {
    let v12 = j_0 + tj_0;
    if (0 < (84 - v12)) {
      let v13 = acc_0_0 + bitcast<f32>(arena[(v12 + 60792)]);
      arena[(((j_0 + (n_0 * 84)) + tj_0) + (ti_0 * 84)) + 839420] = bitcast<u32>(select(v13, 0.0, (v13 < 0.0)));
    }
  }
}

var<workgroup> k4_matmul_3_a_0: array<f32, 256>;
var<workgroup> k4_matmul_3_b_0: array<f32, 64>;
@compute @workgroup_size(64)
fn k4_matmul_3(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0_0: f32;
  var block_0_0: f32;
  acc_0_0 = 0.0;
  let v0 = i32(lane);
  let n_0 = i32(group.y) * 16;
  let j_0 = i32(group.x) * 4;
  let ti_0 = v0 / 4;
  let tj_0 = v0 % 4;
  for (var k_0 = 0; k_0 < 84; k_0 += 48) {
    block_0_0 = 0.0;
    for (var k_b_0 = 0; k_b_0 < 3; k_b_0++) {
      workgroupBarrier();
      let t_0 = v0 % 16;
      let s_0 = v0 / 16;
      let v1 = (t_0 * 16) + s_0;
      let v2 = i32(call.n);
      let v3 = k_b_0 * 16;
      let v4 = k_0 + v3;
      let v5 = (v4 + t_0) < 84;
      let v6 = s_0 * 84;
      let v7 = ((((n_0 * 84) + k_0) + v3) + t_0) + v6;
      k4_matmul_3_a_0[v1] = select(0.0, bitcast<f32>(arena[(v7 + 839420)]), (((n_0 + s_0) < v2) && v5));
      k4_matmul_3_a_0[v1 + 4] = select(0.0, bitcast<f32>(arena[(v7 + 839756)]), (((n_0 + (s_0 + 4)) < v2) && v5));
      k4_matmul_3_a_0[v1 + 8] = select(0.0, bitcast<f32>(arena[(v7 + 840092)]), (((n_0 + (s_0 + 8)) < v2) && v5));
      k4_matmul_3_a_0[v1 + 12] = select(0.0, bitcast<f32>(arena[(v7 + 840428)]), (((n_0 + (s_0 + 12)) < v2) && v5));
      k4_matmul_3_b_0[(t_0 * 4) + s_0] = select(0.0, bitcast<f32>(arena[((((((j_0 * 84) + k_0) + v3) + t_0) + v6) + 60876)]), (((j_0 + s_0) < 10) && v5));
      workgroupBarrier();
      for (var k_i_0 = 0; k_i_0 < min(16, (84 - v4)); k_i_0++) {
        block_0_0 = block_0_0 + (k4_matmul_3_a_0[((k_i_0 * 16) + ti_0)] * k4_matmul_3_b_0[((k_i_0 * 4) + tj_0)]);
      }
    }
    acc_0_0 = acc_0_0 + block_0_0;
  }
  if (0 < (i32(call.n) - (n_0 + ti_0))) {
    let v8 = j_0 + tj_0;
    if (0 < (10 - v8)) {
      arena[(((j_0 + (n_0 * 10)) + tj_0) + (ti_0 * 10)) + 189044] = bitcast<u32>(acc_0_0 + bitcast<f32>(arena[(v8 + 61716)]));
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

var<workgroup> k9_conv2d_max_pool2d_max_pool2d_index_b_0: array<f32, 1024>;
var<workgroup> k9_conv2d_max_pool2d_max_pool2d_index_a_0: array<f32, 48>;
@compute @workgroup_size(64)
fn k9_conv2d_max_pool2d_max_pool2d_index(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
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
  let v0 = i32(lane);
  let tj_0 = v0 % 32;
  let ti_0 = v0 / 32;
  let v2 = i32(group.x);
  let y_0 = (v2 % 7) * 32;
  let n_0 = i32(group.y);
  for (var i_2_0 = 0; i_2_0 < 25; i_2_0 += 8) {
    workgroupBarrier();
    let v1 = tj_0 + (ti_0 * 128);
    let v3 = y_0 + tj_0;
    let v4 = v3 < 196;
    let v5 = i_2_0 + ti_0;
    let v6 = v4 && (v5 < 25);
    let v7 = ((n_0 * 1024) + ((v3 / 14) * 64)) + ((v3 % 14) * 2);
    let v8 = (v7 + ((v5 / 5) * 32)) + (v5 % 5);
    k9_conv2d_max_pool2d_max_pool2d_index_b_0[v1] = select(0.0, bitcast<f32>(arena[(v8 + 123444)]), v6);
    k9_conv2d_max_pool2d_max_pool2d_index_b_0[v1 + 32] = select(0.0, bitcast<f32>(arena[(v8 + 123445)]), v6);
    k9_conv2d_max_pool2d_max_pool2d_index_b_0[v1 + 64] = select(0.0, bitcast<f32>(arena[(v8 + 123476)]), v6);
    k9_conv2d_max_pool2d_max_pool2d_index_b_0[v1 + 96] = select(0.0, bitcast<f32>(arena[(v8 + 123477)]), v6);
    let v9 = i_2_0 + (ti_0 + 2);
    let v10 = v4 && (v9 < 25);
    let v11 = (v7 + ((v9 / 5) * 32)) + (v9 % 5);
    k9_conv2d_max_pool2d_max_pool2d_index_b_0[v1 + 256] = select(0.0, bitcast<f32>(arena[(v11 + 123444)]), v10);
    k9_conv2d_max_pool2d_max_pool2d_index_b_0[v1 + 288] = select(0.0, bitcast<f32>(arena[(v11 + 123445)]), v10);
    k9_conv2d_max_pool2d_max_pool2d_index_b_0[v1 + 320] = select(0.0, bitcast<f32>(arena[(v11 + 123476)]), v10);
    k9_conv2d_max_pool2d_max_pool2d_index_b_0[v1 + 352] = select(0.0, bitcast<f32>(arena[(v11 + 123477)]), v10);
    let v12 = i_2_0 + (ti_0 + 4);
    let v13 = v4 && (v12 < 25);
    let v14 = (v7 + ((v12 / 5) * 32)) + (v12 % 5);
    k9_conv2d_max_pool2d_max_pool2d_index_b_0[v1 + 512] = select(0.0, bitcast<f32>(arena[(v14 + 123444)]), v13);
    k9_conv2d_max_pool2d_max_pool2d_index_b_0[v1 + 544] = select(0.0, bitcast<f32>(arena[(v14 + 123445)]), v13);
    k9_conv2d_max_pool2d_max_pool2d_index_b_0[v1 + 576] = select(0.0, bitcast<f32>(arena[(v14 + 123476)]), v13);
    k9_conv2d_max_pool2d_max_pool2d_index_b_0[v1 + 608] = select(0.0, bitcast<f32>(arena[(v14 + 123477)]), v13);
    let v15 = i_2_0 + (ti_0 + 6);
    let v16 = v4 && (v15 < 25);
    let v17 = (v7 + ((v15 / 5) * 32)) + (v15 % 5);
    k9_conv2d_max_pool2d_max_pool2d_index_b_0[v1 + 768] = select(0.0, bitcast<f32>(arena[(v17 + 123444)]), v16);
    k9_conv2d_max_pool2d_max_pool2d_index_b_0[v1 + 800] = select(0.0, bitcast<f32>(arena[(v17 + 123445)]), v16);
    k9_conv2d_max_pool2d_max_pool2d_index_b_0[v1 + 832] = select(0.0, bitcast<f32>(arena[(v17 + 123476)]), v16);
    k9_conv2d_max_pool2d_max_pool2d_index_b_0[v1 + 864] = select(0.0, bitcast<f32>(arena[(v17 + 123477)]), v16);
    let t_0 = v0 % 8;
    let s_0 = v0 / 8;
    if (v0 < 16) {
      let v18 = (t_0 * 6) + (s_0 * 3);
      let v19 = i_2_0 + t_0;
      let v20 = v19 < 25;
      let v21 = v19 + (s_0 * 75);
      k9_conv2d_max_pool2d_max_pool2d_index_a_0[v18] = select(0.0, bitcast<f32>(arena[(v21 + 16)]), v20);
      k9_conv2d_max_pool2d_max_pool2d_index_a_0[v18 + 1] = select(0.0, bitcast<f32>(arena[(v21 + 41)]), v20);
      k9_conv2d_max_pool2d_max_pool2d_index_a_0[v18 + 2] = select(0.0, bitcast<f32>(arena[(v21 + 66)]), v20);
    }
    workgroupBarrier();
    for (var i_2_i_0 = 0; i_2_i_0 < min(8, (25 - i_2_0)); i_2_i_0++) {
      let v22 = (i_2_i_0 * 128) + tj_0;
      let v23 = k9_conv2d_max_pool2d_max_pool2d_index_b_0[v22];
      let v24 = (i_2_i_0 * 6) + (ti_0 * 3);
      let v25 = k9_conv2d_max_pool2d_max_pool2d_index_a_0[v24];
      acc_0_0 = acc_0_0 + (v23 * v25);
      let v26 = k9_conv2d_max_pool2d_max_pool2d_index_a_0[(v24 + 1)];
      acc_0_1 = acc_0_1 + (v23 * v26);
      let v27 = k9_conv2d_max_pool2d_max_pool2d_index_a_0[(v24 + 2)];
      acc_0_2 = acc_0_2 + (v23 * v27);
      let v28 = k9_conv2d_max_pool2d_max_pool2d_index_b_0[(v22 + 32)];
      acc_0_3 = acc_0_3 + (v28 * v25);
      acc_0_4 = acc_0_4 + (v28 * v26);
      acc_0_5 = acc_0_5 + (v28 * v27);
      let v29 = k9_conv2d_max_pool2d_max_pool2d_index_b_0[(v22 + 64)];
      acc_0_6 = acc_0_6 + (v29 * v25);
      acc_0_7 = acc_0_7 + (v29 * v26);
      acc_0_8 = acc_0_8 + (v29 * v27);
      let v30 = k9_conv2d_max_pool2d_max_pool2d_index_b_0[(v22 + 96)];
      acc_0_9 = acc_0_9 + (v30 * v25);
      acc_0_10 = acc_0_10 + (v30 * v26);
      acc_0_11 = acc_0_11 + (v30 * v27);
    }
  }
  let v31 = 0 < (196 - (y_0 + tj_0));
  if (v31) {
    var top_0: f32;
    top_0 = special(1u);
    var where_0: i32;
    where_0 = 0;
    var v_0: f32;
    let v32 = bitcast<f32>(arena[((ti_0 * 3) + 168)]);
    let v33 = acc_0_0 + v32;
    v_0 = select(v33, 0.0, (v33 < 0.0));
    let v34 = v_0;
    let v35 = top_0;
    let v36 = is_nan(v35);
    where_0 = select(where_0, 0, ((((!(v34 <= v35)) || is_nan(v34)) || v36) && (!v36)));
    top_0 = max_f32(v35, v34);
    var v_1: f32;
    let v37 = acc_0_3 + v32;
    v_1 = select(v37, 0.0, (v37 < 0.0));
    let v38 = v_1;
    let v39 = top_0;
    let v40 = is_nan(v39);
    where_0 = select(where_0, 1, ((((!(v38 <= v39)) || is_nan(v38)) || v40) && (!v40)));
    top_0 = max_f32(v39, v38);
    var v_2: f32;
    let v41 = acc_0_6 + v32;
    v_2 = select(v41, 0.0, (v41 < 0.0));
    let v42 = v_2;
    let v43 = top_0;
    let v44 = is_nan(v43);
    where_0 = select(where_0, 2, ((((!(v42 <= v43)) || is_nan(v42)) || v44) && (!v44)));
    top_0 = max_f32(v43, v42);
    var v_3: f32;
    let v45 = acc_0_9 + v32;
    v_3 = select(v45, 0.0, (v45 < 0.0));
    let v46 = v_3;
    let v47 = top_0;
    let v48 = is_nan(v47);
    where_0 = select(where_0, 3, ((((!(v46 <= v47)) || is_nan(v46)) || v48) && (!v48)));
    top_0 = max_f32(v47, v46);
    var result_0: i32;
    result_0 = where_0 & 255;
    let v49 = ((y_0 + (n_0 * 1176)) + tj_0) + (ti_0 * 588);
    arena[v49 + 521468] = bitcast<u32>(top_0);
    arena[v49 + 596732] = u32(result_0);
  }
  if (v31) {
    var top_1: f32;
    top_1 = special(1u);
    var where_1: i32;
    where_1 = 0;
    var v_4: f32;
    let v50 = bitcast<f32>(arena[((ti_0 * 3) + 169)]);
    let v51 = acc_0_1 + v50;
    v_4 = select(v51, 0.0, (v51 < 0.0));
    let v52 = v_4;
    let v53 = top_1;
    let v54 = is_nan(v53);
    where_1 = select(where_1, 0, ((((!(v52 <= v53)) || is_nan(v52)) || v54) && (!v54)));
    top_1 = max_f32(v53, v52);
    var v_5: f32;
    let v55 = acc_0_4 + v50;
    v_5 = select(v55, 0.0, (v55 < 0.0));
    let v56 = v_5;
    let v57 = top_1;
    let v58 = is_nan(v57);
    where_1 = select(where_1, 1, ((((!(v56 <= v57)) || is_nan(v56)) || v58) && (!v58)));
    top_1 = max_f32(v57, v56);
    var v_6: f32;
    let v59 = acc_0_7 + v50;
    v_6 = select(v59, 0.0, (v59 < 0.0));
    let v60 = v_6;
    let v61 = top_1;
    let v62 = is_nan(v61);
    where_1 = select(where_1, 2, ((((!(v60 <= v61)) || is_nan(v60)) || v62) && (!v62)));
    top_1 = max_f32(v61, v60);
    var v_7: f32;
    let v63 = acc_0_10 + v50;
    v_7 = select(v63, 0.0, (v63 < 0.0));
    let v64 = v_7;
    let v65 = top_1;
    let v66 = is_nan(v65);
    where_1 = select(where_1, 3, ((((!(v64 <= v65)) || is_nan(v64)) || v66) && (!v66)));
    top_1 = max_f32(v65, v64);
    var result_1: i32;
    result_1 = where_1 & 255;
    let v67 = ((y_0 + (n_0 * 1176)) + tj_0) + (ti_0 * 588);
    arena[v67 + 521664] = bitcast<u32>(top_1);
    arena[v67 + 596928] = u32(result_1);
  }
  if (v31) {
    var top_2: f32;
    top_2 = special(1u);
    var where_2: i32;
    where_2 = 0;
    var v_8: f32;
    let v68 = bitcast<f32>(arena[((ti_0 * 3) + 170)]);
    let v69 = acc_0_2 + v68;
    v_8 = select(v69, 0.0, (v69 < 0.0));
    let v70 = v_8;
    let v71 = top_2;
    let v72 = is_nan(v71);
    where_2 = select(where_2, 0, ((((!(v70 <= v71)) || is_nan(v70)) || v72) && (!v72)));
    top_2 = max_f32(v71, v70);
    var v_9: f32;
    let v73 = acc_0_5 + v68;
    v_9 = select(v73, 0.0, (v73 < 0.0));
    let v74 = v_9;
    let v75 = top_2;
    let v76 = is_nan(v75);
    where_2 = select(where_2, 1, ((((!(v74 <= v75)) || is_nan(v74)) || v76) && (!v76)));
    top_2 = max_f32(v75, v74);
    var v_10: f32;
    let v77 = acc_0_8 + v68;
    v_10 = select(v77, 0.0, (v77 < 0.0));
    let v78 = v_10;
    let v79 = top_2;
    let v80 = is_nan(v79);
    where_2 = select(where_2, 2, ((((!(v78 <= v79)) || is_nan(v78)) || v80) && (!v80)));
    top_2 = max_f32(v79, v78);
    var v_11: f32;
    let v81 = acc_0_11 + v68;
    v_11 = select(v81, 0.0, (v81 < 0.0));
    let v82 = v_11;
    let v83 = top_2;
    let v84 = is_nan(v83);
    where_2 = select(where_2, 3, ((((!(v82 <= v83)) || is_nan(v82)) || v84) && (!v84)));
    top_2 = max_f32(v83, v82);
    var result_2: i32;
    result_2 = where_2 & 255;
    let v85 = ((y_0 + (n_0 * 1176)) + tj_0) + (ti_0 * 588);
    arena[v85 + 521860] = bitcast<u32>(top_2);
    arena[v85 + 597124] = u32(result_2);
  }
}

var<workgroup> k10_conv2d_max_pool2d_max_pool2d_index_2_b_0: array<f32, 1024>;
var<workgroup> k10_conv2d_max_pool2d_max_pool2d_index_2_a_0: array<vec4f, 64>;
@compute @workgroup_size(64)
fn k10_conv2d_max_pool2d_max_pool2d_index_2(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
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
  var block_0_0: f32;
  var block_0_1: f32;
  var block_0_2: f32;
  var block_0_3: f32;
  var block_0_4: f32;
  var block_0_5: f32;
  var block_0_6: f32;
  var block_0_7: f32;
  var block_0_8: f32;
  var block_0_9: f32;
  var block_0_10: f32;
  var block_0_11: f32;
  var block_0_12: f32;
  var block_0_13: f32;
  var block_0_14: f32;
  var block_0_15: f32;
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
  let v0 = i32(lane);
  let tj_0 = v0 % 16;
  let ti_0 = v0 / 16;
  let v2 = i32(group.x);
  let y_0 = (v2 % 2) * 16;
  let n_0 = i32(group.y);
  for (var c_2_0 = 0; c_2_0 < 150; c_2_0 += 32) {
    block_0_0 = 0.0;
    block_0_1 = 0.0;
    block_0_2 = 0.0;
    block_0_3 = 0.0;
    block_0_4 = 0.0;
    block_0_5 = 0.0;
    block_0_6 = 0.0;
    block_0_7 = 0.0;
    block_0_8 = 0.0;
    block_0_9 = 0.0;
    block_0_10 = 0.0;
    block_0_11 = 0.0;
    block_0_12 = 0.0;
    block_0_13 = 0.0;
    block_0_14 = 0.0;
    block_0_15 = 0.0;
    for (var c_2_b_0 = 0; c_2_b_0 < 2; c_2_b_0++) {
      workgroupBarrier();
      let v1 = tj_0 + (ti_0 * 64);
      let v3 = y_0 + tj_0;
      let v4 = v3 < 25;
      let v5 = c_2_0 + (c_2_b_0 * 16);
      let v6 = v5 + ti_0;
      let v7 = v4 && (v6 < 150);
      let v8 = ((n_0 * 1176) + ((v3 / 5) * 28)) + ((v3 % 5) * 2);
      let v9 = ((v8 + ((v6 / 25) * 196)) + (((v6 / 5) % 5) * 14)) + (v6 % 5);
      k10_conv2d_max_pool2d_max_pool2d_index_2_b_0[v1] = select(0.0, bitcast<f32>(arena[(v9 + 521468)]), v7);
      k10_conv2d_max_pool2d_max_pool2d_index_2_b_0[v1 + 16] = select(0.0, bitcast<f32>(arena[(v9 + 521469)]), v7);
      k10_conv2d_max_pool2d_max_pool2d_index_2_b_0[v1 + 32] = select(0.0, bitcast<f32>(arena[(v9 + 521482)]), v7);
      k10_conv2d_max_pool2d_max_pool2d_index_2_b_0[v1 + 48] = select(0.0, bitcast<f32>(arena[(v9 + 521483)]), v7);
      let v10 = v5 + (ti_0 + 4);
      let v11 = v4 && (v10 < 150);
      let v12 = ((v8 + ((v10 / 25) * 196)) + (((v10 / 5) % 5) * 14)) + (v10 % 5);
      k10_conv2d_max_pool2d_max_pool2d_index_2_b_0[v1 + 256] = select(0.0, bitcast<f32>(arena[(v12 + 521468)]), v11);
      k10_conv2d_max_pool2d_max_pool2d_index_2_b_0[v1 + 272] = select(0.0, bitcast<f32>(arena[(v12 + 521469)]), v11);
      k10_conv2d_max_pool2d_max_pool2d_index_2_b_0[v1 + 288] = select(0.0, bitcast<f32>(arena[(v12 + 521482)]), v11);
      k10_conv2d_max_pool2d_max_pool2d_index_2_b_0[v1 + 304] = select(0.0, bitcast<f32>(arena[(v12 + 521483)]), v11);
      let v13 = v5 + (ti_0 + 8);
      let v14 = v4 && (v13 < 150);
      let v15 = ((v8 + ((v13 / 25) * 196)) + (((v13 / 5) % 5) * 14)) + (v13 % 5);
      k10_conv2d_max_pool2d_max_pool2d_index_2_b_0[v1 + 512] = select(0.0, bitcast<f32>(arena[(v15 + 521468)]), v14);
      k10_conv2d_max_pool2d_max_pool2d_index_2_b_0[v1 + 528] = select(0.0, bitcast<f32>(arena[(v15 + 521469)]), v14);
      k10_conv2d_max_pool2d_max_pool2d_index_2_b_0[v1 + 544] = select(0.0, bitcast<f32>(arena[(v15 + 521482)]), v14);
      k10_conv2d_max_pool2d_max_pool2d_index_2_b_0[v1 + 560] = select(0.0, bitcast<f32>(arena[(v15 + 521483)]), v14);
      let v16 = v5 + (ti_0 + 12);
      let v17 = v4 && (v16 < 150);
      let v18 = ((v8 + ((v16 / 25) * 196)) + (((v16 / 5) % 5) * 14)) + (v16 % 5);
      k10_conv2d_max_pool2d_max_pool2d_index_2_b_0[v1 + 768] = select(0.0, bitcast<f32>(arena[(v18 + 521468)]), v17);
      k10_conv2d_max_pool2d_max_pool2d_index_2_b_0[v1 + 784] = select(0.0, bitcast<f32>(arena[(v18 + 521469)]), v17);
      k10_conv2d_max_pool2d_max_pool2d_index_2_b_0[v1 + 800] = select(0.0, bitcast<f32>(arena[(v18 + 521482)]), v17);
      k10_conv2d_max_pool2d_max_pool2d_index_2_b_0[v1 + 816] = select(0.0, bitcast<f32>(arena[(v18 + 521483)]), v17);
      let v19 = v5 + tj_0;
      let v20 = v19 < 150;
      let v21 = ((((v19 / 25) * 25) + (((v19 / 5) % 5) * 5)) + (v19 % 5)) + (ti_0 * 600);
      k10_conv2d_max_pool2d_max_pool2d_index_2_a_0[(tj_0 * 4) + ti_0] = vec4f(select(0.0, bitcast<f32>(arena[(v21 + 176)]), v20), select(0.0, bitcast<f32>(arena[(v21 + 326)]), v20), select(0.0, bitcast<f32>(arena[(v21 + 476)]), v20), select(0.0, bitcast<f32>(arena[(v21 + 626)]), v20));
      workgroupBarrier();
      for (var c_2_i_0 = 0; c_2_i_0 < min(16, (150 - v5)); c_2_i_0++) {
        let v22 = (c_2_i_0 * 64) + tj_0;
        let v23 = k10_conv2d_max_pool2d_max_pool2d_index_2_b_0[v22];
        let v24 = k10_conv2d_max_pool2d_max_pool2d_index_2_a_0[((c_2_i_0 * 4) + ti_0)];
        let v25 = v24.x;
        block_0_0 = block_0_0 + (v23 * v25);
        let v26 = v24.y;
        block_0_1 = block_0_1 + (v23 * v26);
        let v27 = v24.z;
        block_0_2 = block_0_2 + (v23 * v27);
        let v28 = v24.w;
        block_0_3 = block_0_3 + (v23 * v28);
        let v29 = k10_conv2d_max_pool2d_max_pool2d_index_2_b_0[(v22 + 16)];
        block_0_4 = block_0_4 + (v29 * v25);
        block_0_5 = block_0_5 + (v29 * v26);
        block_0_6 = block_0_6 + (v29 * v27);
        block_0_7 = block_0_7 + (v29 * v28);
        let v30 = k10_conv2d_max_pool2d_max_pool2d_index_2_b_0[(v22 + 32)];
        block_0_8 = block_0_8 + (v30 * v25);
        block_0_9 = block_0_9 + (v30 * v26);
        block_0_10 = block_0_10 + (v30 * v27);
        block_0_11 = block_0_11 + (v30 * v28);
        let v31 = k10_conv2d_max_pool2d_max_pool2d_index_2_b_0[(v22 + 48)];
        block_0_12 = block_0_12 + (v31 * v25);
        block_0_13 = block_0_13 + (v31 * v26);
        block_0_14 = block_0_14 + (v31 * v27);
        block_0_15 = block_0_15 + (v31 * v28);
      }
    }
    acc_0_0 = acc_0_0 + block_0_0;
    acc_0_1 = acc_0_1 + block_0_1;
    acc_0_2 = acc_0_2 + block_0_2;
    acc_0_3 = acc_0_3 + block_0_3;
    acc_0_4 = acc_0_4 + block_0_4;
    acc_0_5 = acc_0_5 + block_0_5;
    acc_0_6 = acc_0_6 + block_0_6;
    acc_0_7 = acc_0_7 + block_0_7;
    acc_0_8 = acc_0_8 + block_0_8;
    acc_0_9 = acc_0_9 + block_0_9;
    acc_0_10 = acc_0_10 + block_0_10;
    acc_0_11 = acc_0_11 + block_0_11;
    acc_0_12 = acc_0_12 + block_0_12;
    acc_0_13 = acc_0_13 + block_0_13;
    acc_0_14 = acc_0_14 + block_0_14;
    acc_0_15 = acc_0_15 + block_0_15;
  }
  let v32 = 0 < (25 - (y_0 + tj_0));
  if (v32) {
    var top_0: f32;
    top_0 = special(1u);
    var where_0: i32;
    where_0 = 0;
    var v_0: f32;
    let v33 = bitcast<f32>(arena[((ti_0 * 4) + 2576)]);
    let v34 = acc_0_0 + v33;
    v_0 = select(v34, 0.0, (v34 < 0.0));
    let v35 = v_0;
    let v36 = top_0;
    let v37 = is_nan(v36);
    where_0 = select(where_0, 0, ((((!(v35 <= v36)) || is_nan(v35)) || v37) && (!v37)));
    top_0 = max_f32(v36, v35);
    var v_1: f32;
    let v38 = acc_0_4 + v33;
    v_1 = select(v38, 0.0, (v38 < 0.0));
    let v39 = v_1;
    let v40 = top_0;
    let v41 = is_nan(v40);
    where_0 = select(where_0, 1, ((((!(v39 <= v40)) || is_nan(v39)) || v41) && (!v41)));
    top_0 = max_f32(v40, v39);
    var v_2: f32;
    let v42 = acc_0_8 + v33;
    v_2 = select(v42, 0.0, (v42 < 0.0));
    let v43 = v_2;
    let v44 = top_0;
    let v45 = is_nan(v44);
    where_0 = select(where_0, 2, ((((!(v43 <= v44)) || is_nan(v43)) || v45) && (!v45)));
    top_0 = max_f32(v44, v43);
    var v_3: f32;
    let v46 = acc_0_12 + v33;
    v_3 = select(v46, 0.0, (v46 < 0.0));
    let v47 = v_3;
    let v48 = top_0;
    let v49 = is_nan(v48);
    where_0 = select(where_0, 3, ((((!(v47 <= v48)) || is_nan(v47)) || v49) && (!v49)));
    top_0 = max_f32(v48, v47);
    var result_0: i32;
    result_0 = where_0 & 255;
    let v50 = ((y_0 + (n_0 * 400)) + tj_0) + (ti_0 * 100);
    arena[v50 + 747260] = bitcast<u32>(top_0);
    arena[v50 + 772860] = u32(result_0);
  }
  if (v32) {
    var top_1: f32;
    top_1 = special(1u);
    var where_1: i32;
    where_1 = 0;
    var v_4: f32;
    let v51 = bitcast<f32>(arena[((ti_0 * 4) + 2577)]);
    let v52 = acc_0_1 + v51;
    v_4 = select(v52, 0.0, (v52 < 0.0));
    let v53 = v_4;
    let v54 = top_1;
    let v55 = is_nan(v54);
    where_1 = select(where_1, 0, ((((!(v53 <= v54)) || is_nan(v53)) || v55) && (!v55)));
    top_1 = max_f32(v54, v53);
    var v_5: f32;
    let v56 = acc_0_5 + v51;
    v_5 = select(v56, 0.0, (v56 < 0.0));
    let v57 = v_5;
    let v58 = top_1;
    let v59 = is_nan(v58);
    where_1 = select(where_1, 1, ((((!(v57 <= v58)) || is_nan(v57)) || v59) && (!v59)));
    top_1 = max_f32(v58, v57);
    var v_6: f32;
    let v60 = acc_0_9 + v51;
    v_6 = select(v60, 0.0, (v60 < 0.0));
    let v61 = v_6;
    let v62 = top_1;
    let v63 = is_nan(v62);
    where_1 = select(where_1, 2, ((((!(v61 <= v62)) || is_nan(v61)) || v63) && (!v63)));
    top_1 = max_f32(v62, v61);
    var v_7: f32;
    let v64 = acc_0_13 + v51;
    v_7 = select(v64, 0.0, (v64 < 0.0));
    let v65 = v_7;
    let v66 = top_1;
    let v67 = is_nan(v66);
    where_1 = select(where_1, 3, ((((!(v65 <= v66)) || is_nan(v65)) || v67) && (!v67)));
    top_1 = max_f32(v66, v65);
    var result_1: i32;
    result_1 = where_1 & 255;
    let v68 = ((y_0 + (n_0 * 400)) + tj_0) + (ti_0 * 100);
    arena[v68 + 747285] = bitcast<u32>(top_1);
    arena[v68 + 772885] = u32(result_1);
  }
  if (v32) {
    var top_2: f32;
    top_2 = special(1u);
    var where_2: i32;
    where_2 = 0;
    var v_8: f32;
    let v69 = bitcast<f32>(arena[((ti_0 * 4) + 2578)]);
    let v70 = acc_0_2 + v69;
    v_8 = select(v70, 0.0, (v70 < 0.0));
    let v71 = v_8;
    let v72 = top_2;
    let v73 = is_nan(v72);
    where_2 = select(where_2, 0, ((((!(v71 <= v72)) || is_nan(v71)) || v73) && (!v73)));
    top_2 = max_f32(v72, v71);
    var v_9: f32;
    let v74 = acc_0_6 + v69;
    v_9 = select(v74, 0.0, (v74 < 0.0));
    let v75 = v_9;
    let v76 = top_2;
    let v77 = is_nan(v76);
    where_2 = select(where_2, 1, ((((!(v75 <= v76)) || is_nan(v75)) || v77) && (!v77)));
    top_2 = max_f32(v76, v75);
    var v_10: f32;
    let v78 = acc_0_10 + v69;
    v_10 = select(v78, 0.0, (v78 < 0.0));
    let v79 = v_10;
    let v80 = top_2;
    let v81 = is_nan(v80);
    where_2 = select(where_2, 2, ((((!(v79 <= v80)) || is_nan(v79)) || v81) && (!v81)));
    top_2 = max_f32(v80, v79);
    var v_11: f32;
    let v82 = acc_0_14 + v69;
    v_11 = select(v82, 0.0, (v82 < 0.0));
    let v83 = v_11;
    let v84 = top_2;
    let v85 = is_nan(v84);
    where_2 = select(where_2, 3, ((((!(v83 <= v84)) || is_nan(v83)) || v85) && (!v85)));
    top_2 = max_f32(v84, v83);
    var result_2: i32;
    result_2 = where_2 & 255;
    let v86 = ((y_0 + (n_0 * 400)) + tj_0) + (ti_0 * 100);
    arena[v86 + 747310] = bitcast<u32>(top_2);
    arena[v86 + 772910] = u32(result_2);
  }
  if (v32) {
    var top_3: f32;
    top_3 = special(1u);
    var where_3: i32;
    where_3 = 0;
    var v_12: f32;
    let v87 = bitcast<f32>(arena[((ti_0 * 4) + 2579)]);
    let v88 = acc_0_3 + v87;
    v_12 = select(v88, 0.0, (v88 < 0.0));
    let v89 = v_12;
    let v90 = top_3;
    let v91 = is_nan(v90);
    where_3 = select(where_3, 0, ((((!(v89 <= v90)) || is_nan(v89)) || v91) && (!v91)));
    top_3 = max_f32(v90, v89);
    var v_13: f32;
    let v92 = acc_0_7 + v87;
    v_13 = select(v92, 0.0, (v92 < 0.0));
    let v93 = v_13;
    let v94 = top_3;
    let v95 = is_nan(v94);
    where_3 = select(where_3, 1, ((((!(v93 <= v94)) || is_nan(v93)) || v95) && (!v95)));
    top_3 = max_f32(v94, v93);
    var v_14: f32;
    let v96 = acc_0_11 + v87;
    v_14 = select(v96, 0.0, (v96 < 0.0));
    let v97 = v_14;
    let v98 = top_3;
    let v99 = is_nan(v98);
    where_3 = select(where_3, 2, ((((!(v97 <= v98)) || is_nan(v97)) || v99) && (!v99)));
    top_3 = max_f32(v98, v97);
    var v_15: f32;
    let v100 = acc_0_15 + v87;
    v_15 = select(v100, 0.0, (v100 < 0.0));
    let v101 = v_15;
    let v102 = top_3;
    let v103 = is_nan(v102);
    where_3 = select(where_3, 3, ((((!(v101 <= v102)) || is_nan(v101)) || v103) && (!v103)));
    top_3 = max_f32(v102, v101);
    var result_3: i32;
    result_3 = where_3 & 255;
    let v104 = ((y_0 + (n_0 * 400)) + tj_0) + (ti_0 * 100);
    arena[v104 + 747335] = bitcast<u32>(top_3);
    arena[v104 + 772935] = u32(result_3);
  }
}

var<workgroup> k11_matmul_3_1_a_0: array<f32, 256>;
var<workgroup> k11_matmul_3_1_b_0: array<f32, 64>;
@compute @workgroup_size(64)
fn k11_matmul_3_1(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0_0: f32;
  var block_0_0: f32;
  acc_0_0 = 0.0;
  let v0 = i32(lane);
  let n_0 = i32(group.y) * 16;
  let j_0 = i32(group.x) * 4;
  let ti_0 = v0 / 4;
  let tj_0 = v0 % 4;
  for (var k_0 = 0; k_0 < 84; k_0 += 48) {
    block_0_0 = 0.0;
    for (var k_b_0 = 0; k_b_0 < 3; k_b_0++) {
      workgroupBarrier();
      let t_0 = v0 % 16;
      let s_0 = v0 / 16;
      let v1 = (t_0 * 16) + s_0;
      let v2 = i32(call.n);
      let v3 = k_b_0 * 16;
      let v4 = k_0 + v3;
      let v5 = (v4 + t_0) < 84;
      let v6 = s_0 * 84;
      let v7 = ((((n_0 * 84) + k_0) + v3) + t_0) + v6;
      k11_matmul_3_1_a_0[v1] = select(0.0, bitcast<f32>(arena[(v7 + 839420)]), (((n_0 + s_0) < v2) && v5));
      k11_matmul_3_1_a_0[v1 + 4] = select(0.0, bitcast<f32>(arena[(v7 + 839756)]), (((n_0 + (s_0 + 4)) < v2) && v5));
      k11_matmul_3_1_a_0[v1 + 8] = select(0.0, bitcast<f32>(arena[(v7 + 840092)]), (((n_0 + (s_0 + 8)) < v2) && v5));
      k11_matmul_3_1_a_0[v1 + 12] = select(0.0, bitcast<f32>(arena[(v7 + 840428)]), (((n_0 + (s_0 + 12)) < v2) && v5));
      k11_matmul_3_1_b_0[(t_0 * 4) + s_0] = select(0.0, bitcast<f32>(arena[((((((j_0 * 84) + k_0) + v3) + t_0) + v6) + 60876)]), (((j_0 + s_0) < 10) && v5));
      workgroupBarrier();
      for (var k_i_0 = 0; k_i_0 < min(16, (84 - v4)); k_i_0++) {
        block_0_0 = block_0_0 + (k11_matmul_3_1_a_0[((k_i_0 * 16) + ti_0)] * k11_matmul_3_1_b_0[((k_i_0 * 4) + tj_0)]);
      }
    }
    acc_0_0 = acc_0_0 + block_0_0;
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
    var result_0: f32;
    result_0 = -acc_2_0;
    var acc_3_0: f32;
    acc_3_0 = 0.0;
    for (var r1_4_0 = 0; r1_4_0 < 10; r1_4_0++) {
      acc_3_0 = acc_3_0 + (-select(0.0, (-(1.0 / f32(v0))), (bitcast<i32>(arena[((n_0 + n_i_0) + 188980)]) == r1_4_0)));
    }
    let v16 = n_0 + n_i_0;
    arena[v16 + 190332] = bitcast<u32>(result_0);
    for (var j_0 = 0; j_0 < 10; j_0++) {
      var result_2_0: f32;
      let v17 = ((n_0 * 10) + (n_i_0 * 10)) + j_0;
      let v18 = (bitcast<f32>(arena[(v17 + 189692)]) + bitcast<f32>(arena[(j_0 + 61716)])) - top_0;
      let v19 = select(select(v18, (-104.0), (v18 < (-104.0))), 89.0, (v18 > 89.0));
      let v20 = round((v19 * 1.4426950216293335));
      let v21 = (v19 - (v20 * 0.693359375)) - (v20 * (-0.00021219444170128554));
      let v22 = to_i32((v20 * 0.5));
      result_2_0 = select(0.0, (-(1.0 / f32(v0))), (bitcast<i32>(arena[(v16 + 188980)]) == j_0)) + ((acc_3_0 / acc_0) * ((((((v21 * v21) * ((((((((((0.00019875691214110702 * v21) + 0.001398199936375022) * v21) + 0.008333452045917511) * v21) + 0.04166579619050026) * v21) + 0.1666666567325592) * v21) + 0.5)) + v21) + 1.0) * bitcast<f32>(((v22 + 127) << 23u))) * bitcast<f32>((((to_i32(v20) - v22) + 127) << 23u))));
      arena[v17 + 850172] = bitcast<u32>(result_2_0);
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
    var result_0: f32;
    let v2 = i_0 + 123428;
    result_0 = (bitcast<f32>(arena[v2]) * 0.8999999761581421) + acc_1;
    var result_2_0: f32;
    let v3 = i_0 + 61716;
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
  var block_0_0: f32;
  acc_0_0 = 0.0;
  let v0 = i32(lane);
  let n_0 = i32(group.y) * 8;
  let tj_0 = v0 % 8;
  let ti_0 = v0 / 8;
  let j_0 = i32(group.x) * 8;
  for (var k_0 = 0; k_0 < 84; k_0 += 48) {
    block_0_0 = 0.0;
    for (var k_b_0 = 0; k_b_0 < 3; k_b_0++) {
      workgroupBarrier();
      let t_0 = v0 % 16;
      let s_0 = v0 / 16;
      let v1 = (t_0 * 8) + s_0;
      let v2 = i32(call.n);
      let v3 = k_b_0 * 16;
      let v4 = k_0 + v3;
      let v5 = (v4 + t_0) < 84;
      let v6 = ((((n_0 * 84) + k_0) + v3) + t_0) + (s_0 * 84);
      k15_matmul_5_a_0[v1] = select(0.0, bitcast<f32>(arena[(v6 + 844796)]), (((n_0 + s_0) < v2) && v5));
      k15_matmul_5_a_0[v1 + 4] = select(0.0, bitcast<f32>(arena[(v6 + 845132)]), (((n_0 + (s_0 + 4)) < v2) && v5));
      let v7 = tj_0 + (ti_0 * 8);
      let v8 = (((j_0 + (k_0 * 120)) + (k_b_0 * 1920)) + tj_0) + (ti_0 * 120);
      k15_matmul_5_b_0[v7] = select(0.0, bitcast<f32>(arena[(v8 + 50712)]), ((v4 + ti_0) < 84));
      k15_matmul_5_b_0[v7 + 64] = select(0.0, bitcast<f32>(arena[(v8 + 51672)]), ((v4 + (ti_0 + 8)) < 84));
      workgroupBarrier();
      for (var k_i_0 = 0; k_i_0 < min(16, (84 - v4)); k_i_0++) {
        let v9 = k_i_0 * 8;
        block_0_0 = block_0_0 + (k15_matmul_5_a_0[(v9 + ti_0)] * k15_matmul_5_b_0[(v9 + tj_0)]);
      }
    }
    acc_0_0 = acc_0_0 + block_0_0;
  }
  if (0 < (i32(call.n) - (n_0 + ti_0))) {
    let v10 = ((j_0 + (n_0 * 120)) + tj_0) + (ti_0 * 120);
    arena[v10 + 831740] = bitcast<u32>(select(acc_0_0, 0.0, (bitcast<f32>(arena[(v10 + 824060)]) <= 0.0)));
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
  var block_0_0: f32;
  var block_0_1: f32;
  var block_0_2: f32;
  var block_0_3: f32;
  acc_0_0 = 0.0;
  acc_0_1 = 0.0;
  acc_0_2 = 0.0;
  acc_0_3 = 0.0;
  let v0 = i32(lane);
  let n_0 = i32(group.y) * 16;
  let tj_0 = v0 % 8;
  let ti_0 = v0 / 8;
  let j_0 = i32(group.x) * 16;
  for (var k_0 = 0; k_0 < 120; k_0 += 32) {
    block_0_0 = 0.0;
    block_0_1 = 0.0;
    block_0_2 = 0.0;
    block_0_3 = 0.0;
    for (var k_b_0 = 0; k_b_0 < 2; k_b_0++) {
      workgroupBarrier();
      let t_0 = v0 % 16;
      let s_0 = v0 / 16;
      let v1 = s_0 * 2;
      let v2 = (t_0 * 16) + v1;
      let v3 = i32(call.n);
      let v4 = k_b_0 * 16;
      let v5 = k_0 + v4;
      let v6 = (v5 + t_0) < 120;
      let v7 = ((((n_0 * 120) + k_0) + v4) + t_0) + (s_0 * 240);
      k16_matmul_6_a_0[v2] = select(0.0, bitcast<f32>(arena[(v7 + 831740)]), (((n_0 + v1) < v3) && v6));
      k16_matmul_6_a_0[v2 + 1] = select(0.0, bitcast<f32>(arena[(v7 + 831860)]), (((n_0 + (v1 + 1)) < v3) && v6));
      let v8 = (s_0 + 4) * 2;
      k16_matmul_6_a_0[v2 + 8] = select(0.0, bitcast<f32>(arena[(v7 + 832700)]), (((n_0 + v8) < v3) && v6));
      k16_matmul_6_a_0[v2 + 9] = select(0.0, bitcast<f32>(arena[(v7 + 832820)]), (((n_0 + (v8 + 1)) < v3) && v6));
      let v9 = tj_0 * 2;
      let v10 = v9 + (ti_0 * 16);
      let v11 = (v5 + ti_0) < 120;
      let v12 = (((j_0 + (k_0 * 400)) + (k_b_0 * 6400)) + v9) + (ti_0 * 400);
      k16_matmul_6_b_0[v10] = select(0.0, bitcast<f32>(arena[(v12 + 2592)]), v11);
      k16_matmul_6_b_0[v10 + 1] = select(0.0, bitcast<f32>(arena[(v12 + 2593)]), v11);
      let v13 = (v5 + (ti_0 + 8)) < 120;
      k16_matmul_6_b_0[v10 + 128] = select(0.0, bitcast<f32>(arena[(v12 + 5792)]), v13);
      k16_matmul_6_b_0[v10 + 129] = select(0.0, bitcast<f32>(arena[(v12 + 5793)]), v13);
      workgroupBarrier();
      for (var k_i_0 = 0; k_i_0 < min(16, (120 - v5)); k_i_0++) {
        let v14 = k_i_0 * 16;
        let v15 = v14 + (ti_0 * 2);
        let v16 = k16_matmul_6_a_0[v15];
        let v17 = v14 + v9;
        let v18 = k16_matmul_6_b_0[v17];
        block_0_0 = block_0_0 + (v16 * v18);
        let v19 = k16_matmul_6_b_0[(v17 + 1)];
        block_0_1 = block_0_1 + (v16 * v19);
        let v20 = k16_matmul_6_a_0[(v15 + 1)];
        block_0_2 = block_0_2 + (v20 * v18);
        block_0_3 = block_0_3 + (v20 * v19);
      }
    }
    acc_0_0 = acc_0_0 + block_0_0;
    acc_0_1 = acc_0_1 + block_0_1;
    acc_0_2 = acc_0_2 + block_0_2;
    acc_0_3 = acc_0_3 + block_0_3;
  }
  let v21 = i32(call.n);
  let v22 = ti_0 * 2;
  let v23 = 0 < (v21 - (n_0 + v22));
  if (v23) {
    let v24 = ((j_0 + (n_0 * 400)) + (tj_0 * 2)) + (ti_0 * 800);
    arena[v24 + 798460] = bitcast<u32>(select(acc_0_0, 0.0, (bitcast<f32>(arena[(v24 + 747260)]) <= 0.0)));
  }
  if (v23) {
    let v25 = ((j_0 + (n_0 * 400)) + (tj_0 * 2)) + (ti_0 * 800);
    arena[v25 + 798461] = bitcast<u32>(select(acc_0_1, 0.0, (bitcast<f32>(arena[(v25 + 747261)]) <= 0.0)));
  }
  let v26 = 0 < (v21 - (n_0 + (v22 + 1)));
  if (v26) {
    let v27 = ((j_0 + (n_0 * 400)) + (tj_0 * 2)) + (ti_0 * 800);
    arena[v27 + 798860] = bitcast<u32>(select(acc_0_2, 0.0, (bitcast<f32>(arena[(v27 + 747660)]) <= 0.0)));
  }
  if (v26) {
    let v28 = ((j_0 + (n_0 * 400)) + (tj_0 * 2)) + (ti_0 * 800);
    arena[v28 + 798861] = bitcast<u32>(select(acc_0_3, 0.0, (bitcast<f32>(arena[(v28 + 747661)]) <= 0.0)));
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

var<workgroup> k18_conv2d_b_0: array<vec4f, 256>;
var<workgroup> k18_conv2d_a_0: array<f32, 48>;
@compute @workgroup_size(64)
fn k18_conv2d(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var acc_0_0: vec4f;
  var acc_0_1: vec4f;
  var acc_0_2: vec4f;
  var block_0_0: vec4f;
  var block_0_1: vec4f;
  var block_0_2: vec4f;
  let v0 = vec4f(0.0);
  acc_0_0 = v0;
  acc_0_1 = v0;
  acc_0_2 = v0;
  let v1 = i32(lane);
  let tj_0 = v1 % 32;
  let ti_0 = v1 / 32;
  let v3 = i32(group.x);
  let y_0 = (v3 % 2) * 128;
  let n_0 = i32(group.y);
  for (var c_2_0 = 0; c_2_0 < 400; c_2_0 += 40) {
    block_0_0 = v0;
    block_0_1 = v0;
    block_0_2 = v0;
    for (var c_2_b_0 = 0; c_2_b_0 < 5; c_2_b_0++) {
      workgroupBarrier();
      let v2 = tj_0 + (ti_0 * 32);
      let v4 = tj_0 * 4;
      let v5 = y_0 + v4;
      let v6 = v5 < 196;
      let v7 = n_0 * 5184;
      let v8 = (v7 + ((v5 / 14) * 18)) + (v5 % 14);
      let v9 = c_2_0 + (c_2_b_0 * 8);
      let v10 = v9 + ti_0;
      let v11 = (v10 / 25) * 324;
      let v12 = ((v10 / 5) % 5) * 18;
      let v13 = v10 % 5;
      let v14 = y_0 + (v4 + 1);
      let v15 = v14 < 196;
      let v16 = (v7 + ((v14 / 14) * 18)) + (v14 % 14);
      let v17 = y_0 + (v4 + 2);
      let v18 = v17 < 196;
      let v19 = (v7 + ((v17 / 14) * 18)) + (v17 % 14);
      let v20 = y_0 + (v4 + 3);
      let v21 = v20 < 196;
      let v22 = (v7 + ((v20 / 14) * 18)) + (v20 % 14);
      k18_conv2d_b_0[v2] = vec4f(select(0.0, bitcast<f32>(arena[((((v8 + v11) + v12) + v13) + 189692)]), v6), select(0.0, bitcast<f32>(arena[((((v16 + v11) + v12) + v13) + 189692)]), v15), select(0.0, bitcast<f32>(arena[((((v19 + v11) + v12) + v13) + 189692)]), v18), select(0.0, bitcast<f32>(arena[((((v22 + v11) + v12) + v13) + 189692)]), v21));
      let v23 = v9 + (ti_0 + 2);
      let v24 = (v23 / 25) * 324;
      let v25 = ((v23 / 5) % 5) * 18;
      let v26 = v23 % 5;
      k18_conv2d_b_0[v2 + 64] = vec4f(select(0.0, bitcast<f32>(arena[((((v8 + v24) + v25) + v26) + 189692)]), v6), select(0.0, bitcast<f32>(arena[((((v16 + v24) + v25) + v26) + 189692)]), v15), select(0.0, bitcast<f32>(arena[((((v19 + v24) + v25) + v26) + 189692)]), v18), select(0.0, bitcast<f32>(arena[((((v22 + v24) + v25) + v26) + 189692)]), v21));
      let v27 = v9 + (ti_0 + 4);
      let v28 = (v27 / 25) * 324;
      let v29 = ((v27 / 5) % 5) * 18;
      let v30 = v27 % 5;
      k18_conv2d_b_0[v2 + 128] = vec4f(select(0.0, bitcast<f32>(arena[((((v8 + v28) + v29) + v30) + 189692)]), v6), select(0.0, bitcast<f32>(arena[((((v16 + v28) + v29) + v30) + 189692)]), v15), select(0.0, bitcast<f32>(arena[((((v19 + v28) + v29) + v30) + 189692)]), v18), select(0.0, bitcast<f32>(arena[((((v22 + v28) + v29) + v30) + 189692)]), v21));
      let v31 = v9 + (ti_0 + 6);
      let v32 = (v31 / 25) * 324;
      let v33 = ((v31 / 5) % 5) * 18;
      let v34 = v31 % 5;
      k18_conv2d_b_0[v2 + 192] = vec4f(select(0.0, bitcast<f32>(arena[((((v8 + v32) + v33) + v34) + 189692)]), v6), select(0.0, bitcast<f32>(arena[((((v16 + v32) + v33) + v34) + 189692)]), v15), select(0.0, bitcast<f32>(arena[((((v19 + v32) + v33) + v34) + 189692)]), v18), select(0.0, bitcast<f32>(arena[((((v22 + v32) + v33) + v34) + 189692)]), v21));
      let t_0 = v1 % 8;
      let s_0 = v1 / 8;
      if (v1 < 16) {
        let v35 = (t_0 * 6) + (s_0 * 3);
        let v36 = v9 + t_0;
        let v37 = ((((v36 / 25) * 150) + (((v36 / 5) % 5) * (-5))) + ((v36 % 5) * (-1))) + (s_0 * 75);
        k18_conv2d_a_0[v35] = bitcast<f32>(arena[(v37 + 200)]);
        k18_conv2d_a_0[v35 + 1] = bitcast<f32>(arena[(v37 + 225)]);
        k18_conv2d_a_0[v35 + 2] = bitcast<f32>(arena[(v37 + 250)]);
      }
      workgroupBarrier();
      for (var c_2_i_0 = 0; c_2_i_0 < 8; c_2_i_0++) {
        let v38 = k18_conv2d_b_0[((c_2_i_0 * 32) + tj_0)];
        let v39 = (c_2_i_0 * 6) + (ti_0 * 3);
        block_0_0 = block_0_0 + (v38 * k18_conv2d_a_0[v39]);
        block_0_1 = block_0_1 + (v38 * k18_conv2d_a_0[(v39 + 1)]);
        block_0_2 = block_0_2 + (v38 * k18_conv2d_a_0[(v39 + 2)]);
      }
    }
    acc_0_0 = acc_0_0 + block_0_0;
    acc_0_1 = acc_0_1 + block_0_1;
    acc_0_2 = acc_0_2 + block_0_2;
  }
  let v40 = tj_0 * 4;
  let v41 = 0 < (196 - (y_0 + v40));
  if (v41) {
    let v42 = ((y_0 + (n_0 * 1176)) + v40) + (ti_0 * 588);
    arena[v42 + 671996] = bitcast<u32>(select(acc_0_0.x, 0.0, (bitcast<f32>(arena[(v42 + 521468)]) <= 0.0)));
  }
  let v43 = 0 < (196 - (y_0 + (v40 + 1)));
  if (v43) {
    let v44 = ((y_0 + (n_0 * 1176)) + v40) + (ti_0 * 588);
    arena[v44 + 671997] = bitcast<u32>(select(acc_0_0.y, 0.0, (bitcast<f32>(arena[(v44 + 521469)]) <= 0.0)));
  }
  let v45 = 0 < (196 - (y_0 + (v40 + 2)));
  if (v45) {
    let v46 = ((y_0 + (n_0 * 1176)) + v40) + (ti_0 * 588);
    arena[v46 + 671998] = bitcast<u32>(select(acc_0_0.z, 0.0, (bitcast<f32>(arena[(v46 + 521470)]) <= 0.0)));
  }
  let v47 = 0 < (196 - (y_0 + (v40 + 3)));
  if (v47) {
    let v48 = ((y_0 + (n_0 * 1176)) + v40) + (ti_0 * 588);
    arena[v48 + 671999] = bitcast<u32>(select(acc_0_0.w, 0.0, (bitcast<f32>(arena[(v48 + 521471)]) <= 0.0)));
  }
  if (v41) {
    let v49 = ((y_0 + (n_0 * 1176)) + v40) + (ti_0 * 588);
    arena[v49 + 672192] = bitcast<u32>(select(acc_0_1.x, 0.0, (bitcast<f32>(arena[(v49 + 521664)]) <= 0.0)));
  }
  if (v43) {
    let v50 = ((y_0 + (n_0 * 1176)) + v40) + (ti_0 * 588);
    arena[v50 + 672193] = bitcast<u32>(select(acc_0_1.y, 0.0, (bitcast<f32>(arena[(v50 + 521665)]) <= 0.0)));
  }
  if (v45) {
    let v51 = ((y_0 + (n_0 * 1176)) + v40) + (ti_0 * 588);
    arena[v51 + 672194] = bitcast<u32>(select(acc_0_1.z, 0.0, (bitcast<f32>(arena[(v51 + 521666)]) <= 0.0)));
  }
  if (v47) {
    let v52 = ((y_0 + (n_0 * 1176)) + v40) + (ti_0 * 588);
    arena[v52 + 672195] = bitcast<u32>(select(acc_0_1.w, 0.0, (bitcast<f32>(arena[(v52 + 521667)]) <= 0.0)));
  }
  if (v41) {
    let v53 = ((y_0 + (n_0 * 1176)) + v40) + (ti_0 * 588);
    arena[v53 + 672388] = bitcast<u32>(select(acc_0_2.x, 0.0, (bitcast<f32>(arena[(v53 + 521860)]) <= 0.0)));
  }
  if (v43) {
    let v54 = ((y_0 + (n_0 * 1176)) + v40) + (ti_0 * 588);
    arena[v54 + 672389] = bitcast<u32>(select(acc_0_2.y, 0.0, (bitcast<f32>(arena[(v54 + 521861)]) <= 0.0)));
  }
  if (v45) {
    let v55 = ((y_0 + (n_0 * 1176)) + v40) + (ti_0 * 588);
    arena[v55 + 672390] = bitcast<u32>(select(acc_0_2.z, 0.0, (bitcast<f32>(arena[(v55 + 521862)]) <= 0.0)));
  }
  if (v47) {
    let v56 = ((y_0 + (n_0 * 1176)) + v40) + (ti_0 * 588);
    arena[v56 + 672391] = bitcast<u32>(select(acc_0_2.w, 0.0, (bitcast<f32>(arena[(v56 + 521863)]) <= 0.0)));
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
    let x_0 = v0 % 5;
    let v2 = v0 / 5;
    let y_0 = v2 % 5;
    let o_0 = v2 / 5;
    if (t_0 < 128) {
      var own_0: f32;
      var block_0: f32;
      own_0 = 0.0;
      let v1 = i32(call.n) * 196;
      for (var n_0 = t_0; n_0 < v1; n_0 += 6272) {
        block_0 = 0.0;
        for (var n_1 = n_0; n_1 < min((n_0 + 6272), v1); n_1 += 128) {
          let v3 = n_1 / 196;
          let v4 = (n_1 / 14) % 14;
          let v5 = n_1 % 14;
          let v6 = (((o_0 * 196) + (v3 * 1176)) + (v4 * 14)) + v5;
          let v7 = i32(arena[(v6 + 596732)]);
          block_0 = block_0 + (bitcast<f32>(arena[(((((((x_0 + (y_0 * 32)) + (v3 * 1024)) + (v4 * 64)) + ((v7 / 2) * 32)) + (v5 * 2)) + (v7 % 2)) + 123444)]) * bitcast<f32>(arena[(v6 + 671996)]));
        }
        own_0 = own_0 + block_0;
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
    var result_0: f32;
    let v8 = (x_0 + (y_0 * 5)) + (o_0 * 25);
    let v9 = v8 + 61728;
    result_0 = (bitcast<f32>(arena[v9]) * 0.8999999761581421) + acc_0;
    var result_2_0: f32;
    let v10 = v8 + 16;
    let v11 = result_0;
    result_2_0 = bitcast<f32>(arena[v10]) - (call.s0 * v11);
    if (lane == 0u) {
      arena[v9] = bitcast<u32>(v11);
    }
    if (lane == 0u) {
      arena[v10] = bitcast<u32>(result_2_0);
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
    var result_1: f32;
    let v12 = i_0 + 61880;
    result_1 = (bitcast<f32>(arena[v12]) * 0.8999999761581421) + acc_1;
    var result_2_1: f32;
    let v13 = i_0 + 168;
    let v14 = result_1;
    result_2_1 = bitcast<f32>(arena[v13]) - (call.s0 * v14);
    if (lane == 0u) {
      arena[v12] = bitcast<u32>(v14);
    }
    if (lane == 0u) {
      arena[v13] = bitcast<u32>(result_2_1);
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
    var result_2: f32;
    let v15 = i_1 + 64288;
    result_2 = (bitcast<f32>(arena[v15]) * 0.8999999761581421) + acc_2;
    var result_2_2: f32;
    let v16 = i_1 + 2576;
    let v17 = result_2;
    result_2_2 = bitcast<f32>(arena[v16]) - (call.s0 * v17);
    if (lane == 0u) {
      arena[v15] = bitcast<u32>(v17);
    }
    if (lane == 0u) {
      arena[v16] = bitcast<u32>(result_2_2);
    }
  }
}

var<workgroup> k20_conv2d_weight_grad_conv2_weight_and_5_more_part_0: array<f32, 64>;
var<workgroup> k20_conv2d_weight_grad_conv2_weight_and_5_more_group_0: array<f32, 8>;
var<workgroup> k20_conv2d_weight_grad_conv2_weight_and_5_more_b_0: array<f32, 256>;
var<workgroup> k20_conv2d_weight_grad_conv2_weight_and_5_more_a_0: array<vec4f, 128>;
var<workgroup> k20_conv2d_weight_grad_conv2_weight_and_5_more_part_1: array<f32, 64>;
var<workgroup> k20_conv2d_weight_grad_conv2_weight_and_5_more_group_1: array<f32, 8>;
var<workgroup> k20_conv2d_weight_grad_conv2_weight_and_5_more_b_1: array<f32, 128>;
var<workgroup> k20_conv2d_weight_grad_conv2_weight_and_5_more_a_1: array<f32, 128>;
var<workgroup> k20_conv2d_weight_grad_conv2_weight_and_5_more_part_2: array<f32, 64>;
var<workgroup> k20_conv2d_weight_grad_conv2_weight_and_5_more_group_2: array<f32, 8>;
var<workgroup> k20_conv2d_weight_grad_conv2_weight_and_5_more_b_2: array<f32, 256>;
var<workgroup> k20_conv2d_weight_grad_conv2_weight_and_5_more_a_2: array<f32, 64>;
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
    var result_0: f32;
    let v8 = ((x_0 + (y_0 * 5)) + (c_0 * 25)) + (o_0 * 150);
    let v9 = v8 + 61888;
    result_0 = (bitcast<f32>(arena[v9]) * 0.8999999761581421) + acc_0;
    var result_2_0: f32;
    let v10 = v8 + 176;
    let v11 = result_0;
    result_2_0 = bitcast<f32>(arena[v10]) - (call.s0 * v11);
    if (lane == 0u) {
      arena[v9] = bitcast<u32>(v11);
    }
    if (lane == 0u) {
      arena[v10] = bitcast<u32>(result_2_0);
    }
  }
  if ((v0 >= 2400) && (v0 < 2500)) {
    var acc_1_0: f32;
    var acc_1_1: f32;
    var acc_1_2: f32;
    var acc_1_3: f32;
    var acc_1_4: f32;
    var acc_1_5: f32;
    var acc_1_6: f32;
    var acc_1_7: f32;
    acc_1_0 = 0.0;
    acc_1_1 = 0.0;
    acc_1_2 = 0.0;
    acc_1_3 = 0.0;
    acc_1_4 = 0.0;
    acc_1_5 = 0.0;
    acc_1_6 = 0.0;
    acc_1_7 = 0.0;
    let v12 = i32(call.n);
    let v13 = i32(lane);
    let tj_0 = v13 % 8;
    let ti_0 = v13 / 8;
    let v17 = v0 - 2400;
    let j_0 = (v17 % 25) * 16;
    let i_0 = (v17 / 25) * 32;
    for (var k_0 = 0; k_0 < v12; k_0 += 16) {
      storageBarrier();
      workgroupBarrier();
      let v14 = tj_0 * 2;
      let v15 = v14 + (ti_0 * 16);
      let v16 = (k_0 + ti_0) < v12;
      let v18 = ((j_0 + (k_0 * 400)) + v14) + (ti_0 * 400);
      k20_conv2d_weight_grad_conv2_weight_and_5_more_b_0[v15] = select(0.0, bitcast<f32>(arena[(v18 + 747260)]), v16);
      k20_conv2d_weight_grad_conv2_weight_and_5_more_b_0[v15 + 1] = select(0.0, bitcast<f32>(arena[(v18 + 747261)]), v16);
      let v19 = (k_0 + (ti_0 + 8)) < v12;
      k20_conv2d_weight_grad_conv2_weight_and_5_more_b_0[v15 + 128] = select(0.0, bitcast<f32>(arena[(v18 + 750460)]), v19);
      k20_conv2d_weight_grad_conv2_weight_and_5_more_b_0[v15 + 129] = select(0.0, bitcast<f32>(arena[(v18 + 750461)]), v19);
      let v20 = tj_0 + (ti_0 * 8);
      let v21 = tj_0 * 4;
      let v22 = (i_0 + v21) < 120;
      let v23 = ((i_0 + (k_0 * 120)) + v21) + (ti_0 * 120);
      let v24 = (i_0 + (v21 + 1)) < 120;
      let v25 = (i_0 + (v21 + 2)) < 120;
      let v26 = (i_0 + (v21 + 3)) < 120;
      k20_conv2d_weight_grad_conv2_weight_and_5_more_a_0[v20] = vec4f(select(0.0, bitcast<f32>(arena[(v23 + 831740)]), (v22 && v16)), select(0.0, bitcast<f32>(arena[(v23 + 831741)]), (v24 && v16)), select(0.0, bitcast<f32>(arena[(v23 + 831742)]), (v25 && v16)), select(0.0, bitcast<f32>(arena[(v23 + 831743)]), (v26 && v16)));
      k20_conv2d_weight_grad_conv2_weight_and_5_more_a_0[v20 + 64] = vec4f(select(0.0, bitcast<f32>(arena[(v23 + 832700)]), (v22 && v19)), select(0.0, bitcast<f32>(arena[(v23 + 832701)]), (v24 && v19)), select(0.0, bitcast<f32>(arena[(v23 + 832702)]), (v25 && v19)), select(0.0, bitcast<f32>(arena[(v23 + 832703)]), (v26 && v19)));
      storageBarrier();
      workgroupBarrier();
      for (var k_i_0 = 0; k_i_0 < min(16, (v12 - k_0)); k_i_0++) {
        let v27 = (k_i_0 * 16) + v14;
        let v28 = k20_conv2d_weight_grad_conv2_weight_and_5_more_b_0[v27];
        let v29 = k20_conv2d_weight_grad_conv2_weight_and_5_more_a_0[((k_i_0 * 8) + ti_0)];
        let v30 = v29.x;
        acc_1_0 = acc_1_0 + (v28 * v30);
        let v31 = k20_conv2d_weight_grad_conv2_weight_and_5_more_b_0[(v27 + 1)];
        acc_1_1 = acc_1_1 + (v31 * v30);
        let v32 = v29.y;
        acc_1_2 = acc_1_2 + (v28 * v32);
        acc_1_3 = acc_1_3 + (v31 * v32);
        let v33 = v29.z;
        acc_1_4 = acc_1_4 + (v28 * v33);
        acc_1_5 = acc_1_5 + (v31 * v33);
        let v34 = v29.w;
        acc_1_6 = acc_1_6 + (v28 * v34);
        acc_1_7 = acc_1_7 + (v31 * v34);
      }
    }
    let v35 = ti_0 * 4;
    let v36 = 0 < (120 - (i_0 + v35));
    if (v36) {
      var result_1: f32;
      let v37 = ((j_0 + (i_0 * 400)) + (tj_0 * 2)) + (ti_0 * 1600);
      let v38 = v37 + 64304;
      result_1 = (bitcast<f32>(arena[v38]) * 0.8999999761581421) + acc_1_0;
      var result_2_1: f32;
      let v39 = v37 + 2592;
      let v40 = result_1;
      result_2_1 = bitcast<f32>(arena[v39]) - (call.s0 * v40);
      arena[v38] = bitcast<u32>(v40);
      arena[v39] = bitcast<u32>(result_2_1);
    }
    if (v36) {
      var result_2: f32;
      let v41 = ((j_0 + (i_0 * 400)) + (tj_0 * 2)) + (ti_0 * 1600);
      let v42 = v41 + 64305;
      result_2 = (bitcast<f32>(arena[v42]) * 0.8999999761581421) + acc_1_1;
      var result_2_2: f32;
      let v43 = v41 + 2593;
      let v44 = result_2;
      result_2_2 = bitcast<f32>(arena[v43]) - (call.s0 * v44);
      arena[v42] = bitcast<u32>(v44);
      arena[v43] = bitcast<u32>(result_2_2);
    }
    let v45 = 0 < (120 - (i_0 + (v35 + 1)));
    if (v45) {
      var result_3: f32;
      let v46 = ((j_0 + (i_0 * 400)) + (tj_0 * 2)) + (ti_0 * 1600);
      let v47 = v46 + 64704;
      result_3 = (bitcast<f32>(arena[v47]) * 0.8999999761581421) + acc_1_2;
      var result_2_3: f32;
      let v48 = v46 + 2992;
      let v49 = result_3;
      result_2_3 = bitcast<f32>(arena[v48]) - (call.s0 * v49);
      arena[v47] = bitcast<u32>(v49);
      arena[v48] = bitcast<u32>(result_2_3);
    }
    if (v45) {
      var result_4: f32;
      let v50 = ((j_0 + (i_0 * 400)) + (tj_0 * 2)) + (ti_0 * 1600);
      let v51 = v50 + 64705;
      result_4 = (bitcast<f32>(arena[v51]) * 0.8999999761581421) + acc_1_3;
      var result_2_4: f32;
      let v52 = v50 + 2993;
      let v53 = result_4;
      result_2_4 = bitcast<f32>(arena[v52]) - (call.s0 * v53);
      arena[v51] = bitcast<u32>(v53);
      arena[v52] = bitcast<u32>(result_2_4);
    }
    let v54 = 0 < (120 - (i_0 + (v35 + 2)));
    if (v54) {
      var result_5: f32;
      let v55 = ((j_0 + (i_0 * 400)) + (tj_0 * 2)) + (ti_0 * 1600);
      let v56 = v55 + 65104;
      result_5 = (bitcast<f32>(arena[v56]) * 0.8999999761581421) + acc_1_4;
      var result_2_5: f32;
      let v57 = v55 + 3392;
      let v58 = result_5;
      result_2_5 = bitcast<f32>(arena[v57]) - (call.s0 * v58);
      arena[v56] = bitcast<u32>(v58);
      arena[v57] = bitcast<u32>(result_2_5);
    }
    if (v54) {
      var result_6: f32;
      let v59 = ((j_0 + (i_0 * 400)) + (tj_0 * 2)) + (ti_0 * 1600);
      let v60 = v59 + 65105;
      result_6 = (bitcast<f32>(arena[v60]) * 0.8999999761581421) + acc_1_5;
      var result_2_6: f32;
      let v61 = v59 + 3393;
      let v62 = result_6;
      result_2_6 = bitcast<f32>(arena[v61]) - (call.s0 * v62);
      arena[v60] = bitcast<u32>(v62);
      arena[v61] = bitcast<u32>(result_2_6);
    }
    let v63 = 0 < (120 - (i_0 + (v35 + 3)));
    if (v63) {
      var result_7: f32;
      let v64 = ((j_0 + (i_0 * 400)) + (tj_0 * 2)) + (ti_0 * 1600);
      let v65 = v64 + 65504;
      result_7 = (bitcast<f32>(arena[v65]) * 0.8999999761581421) + acc_1_6;
      var result_2_7: f32;
      let v66 = v64 + 3792;
      let v67 = result_7;
      result_2_7 = bitcast<f32>(arena[v66]) - (call.s0 * v67);
      arena[v65] = bitcast<u32>(v67);
      arena[v66] = bitcast<u32>(result_2_7);
    }
    if (v63) {
      var result_8: f32;
      let v68 = ((j_0 + (i_0 * 400)) + (tj_0 * 2)) + (ti_0 * 1600);
      let v69 = v68 + 65505;
      result_8 = (bitcast<f32>(arena[v69]) * 0.8999999761581421) + acc_1_7;
      var result_2_8: f32;
      let v70 = v68 + 3793;
      let v71 = result_8;
      result_2_8 = bitcast<f32>(arena[v70]) - (call.s0 * v71);
      arena[v69] = bitcast<u32>(v71);
      arena[v70] = bitcast<u32>(result_2_8);
    }
  }
  if ((v0 >= 2500) && (v0 < 2620)) {
    var acc_2: f32;
    acc_2 = 0.0;
    var own_2: f32;
    own_2 = 0.0;
    let t_2 = i32(lane);
    let i_1 = v0 - 2500;
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
    var result_9: f32;
    let v72 = i_1 + 112304;
    result_9 = (bitcast<f32>(arena[v72]) * 0.8999999761581421) + acc_2;
    var result_2_9: f32;
    let v73 = i_1 + 50592;
    let v74 = result_9;
    result_2_9 = bitcast<f32>(arena[v73]) - (call.s0 * v74);
    if (lane == 0u) {
      arena[v72] = bitcast<u32>(v74);
    }
    if (lane == 0u) {
      arena[v73] = bitcast<u32>(result_2_9);
    }
  }
  if ((v0 >= 2620) && (v0 < 2785)) {
    var acc_3_0: f32;
    acc_3_0 = 0.0;
    let v75 = i32(call.n);
    let v76 = i32(lane);
    let tj_1 = v76 % 8;
    let ti_1 = v76 / 8;
    let v79 = v0 - 2620;
    let j_1 = (v79 % 15) * 8;
    let i_2 = (v79 / 15) * 8;
    for (var k_1 = 0; k_1 < v75; k_1 += 16) {
      storageBarrier();
      workgroupBarrier();
      let v77 = tj_1 + (ti_1 * 8);
      let v78 = (k_1 + ti_1) < v75;
      let v80 = ((j_1 + (k_1 * 120)) + tj_1) + (ti_1 * 120);
      k20_conv2d_weight_grad_conv2_weight_and_5_more_b_1[v77] = select(0.0, bitcast<f32>(arena[(v80 + 824060)]), v78);
      let v81 = v77 + 64;
      let v82 = (k_1 + (ti_1 + 8)) < v75;
      k20_conv2d_weight_grad_conv2_weight_and_5_more_b_1[v81] = select(0.0, bitcast<f32>(arena[(v80 + 825020)]), v82);
      let v83 = (i_2 + tj_1) < 84;
      let v84 = ((i_2 + (k_1 * 84)) + tj_1) + (ti_1 * 84);
      k20_conv2d_weight_grad_conv2_weight_and_5_more_a_1[v77] = select(0.0, bitcast<f32>(arena[(v84 + 844796)]), (v83 && v78));
      k20_conv2d_weight_grad_conv2_weight_and_5_more_a_1[v81] = select(0.0, bitcast<f32>(arena[(v84 + 845468)]), (v83 && v82));
      storageBarrier();
      workgroupBarrier();
      for (var k_i_1 = 0; k_i_1 < min(16, (v75 - k_1)); k_i_1++) {
        let v85 = k_i_1 * 8;
        acc_3_0 = acc_3_0 + (k20_conv2d_weight_grad_conv2_weight_and_5_more_b_1[(v85 + tj_1)] * k20_conv2d_weight_grad_conv2_weight_and_5_more_a_1[(v85 + ti_1)]);
      }
    }
    if (0 < (84 - (i_2 + ti_1))) {
      var result_10: f32;
      let v86 = ((j_1 + (i_2 * 120)) + tj_1) + (ti_1 * 120);
      let v87 = v86 + 112424;
      result_10 = (bitcast<f32>(arena[v87]) * 0.8999999761581421) + acc_3_0;
      var result_2_10: f32;
      let v88 = v86 + 50712;
      let v89 = result_10;
      result_2_10 = bitcast<f32>(arena[v88]) - (call.s0 * v89);
      arena[v87] = bitcast<u32>(v89);
      arena[v88] = bitcast<u32>(result_2_10);
    }
  }
  if ((v0 >= 2785) && (v0 < 2869)) {
    var acc_4: f32;
    acc_4 = 0.0;
    var own_4: f32;
    own_4 = 0.0;
    let t_4 = i32(lane);
    let i_3 = v0 - 2785;
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
    var result_11: f32;
    let v90 = i_3 + 122504;
    result_11 = (bitcast<f32>(arena[v90]) * 0.8999999761581421) + acc_4;
    var result_2_11: f32;
    let v91 = i_3 + 60792;
    let v92 = result_11;
    result_2_11 = bitcast<f32>(arena[v91]) - (call.s0 * v92);
    if (lane == 0u) {
      arena[v90] = bitcast<u32>(v92);
    }
    if (lane == 0u) {
      arena[v91] = bitcast<u32>(result_2_11);
    }
  }
  if ((v0 >= 2869) && (v0 < 2887)) {
    var acc_5_0: f32;
    acc_5_0 = 0.0;
    let v93 = i32(call.n);
    let v94 = i32(lane);
    let tj_2 = v94 % 16;
    let ti_2 = v94 / 16;
    let v96 = v0 - 2869;
    let j_2 = (v96 % 6) * 16;
    let i_4 = (v96 / 6) * 4;
    for (var k_2 = 0; k_2 < v93; k_2 += 16) {
      storageBarrier();
      workgroupBarrier();
      let v95 = tj_2 + (ti_2 * 16);
      let v97 = (j_2 + tj_2) < 84;
      let v98 = ((j_2 + (k_2 * 84)) + tj_2) + (ti_2 * 84);
      k20_conv2d_weight_grad_conv2_weight_and_5_more_b_2[v95] = select(0.0, bitcast<f32>(arena[(v98 + 839420)]), (v97 && ((k_2 + ti_2) < v93)));
      k20_conv2d_weight_grad_conv2_weight_and_5_more_b_2[v95 + 64] = select(0.0, bitcast<f32>(arena[(v98 + 839756)]), (v97 && ((k_2 + (ti_2 + 4)) < v93)));
      k20_conv2d_weight_grad_conv2_weight_and_5_more_b_2[v95 + 128] = select(0.0, bitcast<f32>(arena[(v98 + 840092)]), (v97 && ((k_2 + (ti_2 + 8)) < v93)));
      k20_conv2d_weight_grad_conv2_weight_and_5_more_b_2[v95 + 192] = select(0.0, bitcast<f32>(arena[(v98 + 840428)]), (v97 && ((k_2 + (ti_2 + 12)) < v93)));
      let t_6 = v94 % 4;
      let s_0 = v94 / 4;
      k20_conv2d_weight_grad_conv2_weight_and_5_more_a_2[t_6 + (s_0 * 4)] = select(0.0, bitcast<f32>(arena[((((i_4 + (k_2 * 10)) + t_6) + (s_0 * 10)) + 850172)]), (((i_4 + t_6) < 10) && ((k_2 + s_0) < v93)));
      storageBarrier();
      workgroupBarrier();
      for (var k_i_2 = 0; k_i_2 < min(16, (v93 - k_2)); k_i_2++) {
        acc_5_0 = acc_5_0 + (k20_conv2d_weight_grad_conv2_weight_and_5_more_b_2[((k_i_2 * 16) + tj_2)] * k20_conv2d_weight_grad_conv2_weight_and_5_more_a_2[((k_i_2 * 4) + ti_2)]);
      }
    }
    if (0 < (10 - (i_4 + ti_2))) {
      if (0 < (84 - (j_2 + tj_2))) {
        var result_12: f32;
        let v99 = ((j_2 + (i_4 * 84)) + tj_2) + (ti_2 * 84);
        let v100 = v99 + 122588;
        result_12 = (bitcast<f32>(arena[v100]) * 0.8999999761581421) + acc_5_0;
        var result_2_12: f32;
        let v101 = v99 + 60876;
        let v102 = result_12;
        result_2_12 = bitcast<f32>(arena[v101]) - (call.s0 * v102);
        arena[v100] = bitcast<u32>(v102);
        arena[v101] = bitcast<u32>(result_2_12);
      }
    }
  }
}
