/**
 * Transposes 4 x 4 floats: what four rows hold at one place becomes one vector.
 *
 * Layout    p0 to p3: 4 floats each; y: 4 vectors `step` bytes apart.
 * Requires  y is read by nobody else; it may not overlap the rows.
 * Oracle    src/ops/conv.ts `evaluate`, through Winograd's transforms.
 */
export function transpose(p0: usize, p1: usize, p2: usize, p3: usize, y: usize, step: usize): void {
  const a0 = v128.load(p0);
  const a1 = v128.load(p1);
  const a2 = v128.load(p2);
  const a3 = v128.load(p3);
  const low01 = v128.shuffle<f32>(a0, a1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(a0, a1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(a2, a3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(a2, a3, 2, 6, 3, 7);
  v128.store(y, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(y + step, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
  v128.store(y + 2 * step, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
  v128.store(y + 3 * step, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
}
