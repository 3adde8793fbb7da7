// Edges that almost line up with a neighbour's line up with it.

const edges = {
  x: (box) => [box.x, box.x + box.width / 2, box.x + box.width],
  y: (box) => [box.y, box.y + box.height / 2, box.y + box.height],
};

// Returns the box moved by at most `near` points, and where it touches a neighbour's line.
export function snapped(box, others, near) {
  const moved = { ...box };
  const lines = [];
  for (const axis of ["x", "y"]) {
    let best = null;
    for (const mine of edges[axis](box)) {
      for (const other of others) {
        for (const theirs of edges[axis](other)) {
          const by = theirs - mine;
          if (Math.abs(by) <= near && (!best || Math.abs(by) < Math.abs(best.by))) best = { by, at: theirs };
        }
      }
    }
    if (best) {
      moved[axis] += best.by;
      lines.push({ axis, at: best.at });
    }
  }
  return { box: moved, lines };
}

// The same for the corner that is pulled.
export function snappedCorner(box, others, near) {
  const sized = { ...box };
  const lines = [];
  for (const [axis, side] of [["x", "width"], ["y", "height"]]) {
    const corner = box[axis] + box[side];
    const all = others.flatMap((other) => [other[axis], other[axis] + other[side]]);
    const at = all.filter((one) => Math.abs(one - corner) <= near).sort((a, b) => Math.abs(a - corner) - Math.abs(b - corner))[0];
    if (at !== undefined && at - box[axis] > 1) {
      sized[side] = at - box[axis];
      lines.push({ axis, at });
    }
  }
  return { box: sized, lines };
}
