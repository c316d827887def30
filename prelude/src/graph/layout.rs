//! Where the nodes of a graph stand: in layers, so that every edge goes down (Sugiyama, Tagawa and Toda 1981).
//!
//! A node's layer is its longest way to the result. Edges that skip layers get a point in each of them. The order
//! within a layer comes from the mean places of neighbours, up and down a few times; the distances from least squares
//! under the condition that boxes do not touch.

/// Places of nodes and ways of edges, in pixels from the left and the top.
pub(super) struct Layout {
    /// The middle of each node.
    pub nodes: Vec<[f64; 2]>,
    /// The points that each edge goes through, from node to node.
    pub edges: Vec<Vec<[f64; 2]>>,
    pub width: f64,
    pub height: f64,
}

/// Pixels between boxes, beside each other and from layer to layer.
const GAP: f64 = 18.0;
const LAYER_GAP: f64 = 34.0;

/// Pixels around the whole.
const MARGIN: f64 = 16.0;

/// How wide an edge is where it passes a layer.
const EDGE: f64 = 8.0;

/// How often the layers are gone through.
const SWEEPS: usize = 12;

/// Places boxes of these sizes. Edges lead from earlier nodes to what is made of them, and there is no circle.
pub(super) fn layout(sizes: &[[f64; 2]], edges: &[(usize, usize)]) -> Layout {
    let depths = depths(sizes.len(), edges);
    let mut points = Points::new(sizes, edges, &depths);
    points.order();
    points.place();
    points.finish(sizes, edges)
}

/// The longest way of each node to what is made of it last.
fn depths(count: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut users = vec![0; count];
    let mut inputs = vec![Vec::new(); count];
    for &(from, to) in edges {
        users[from] += 1;
        inputs[to].push(from);
    }
    let mut depths = vec![0; count];
    let mut ready: Vec<usize> = (0..count).filter(|node| users[*node] == 0).collect();
    while let Some(node) = ready.pop() {
        for &input in &inputs[node] {
            depths[input] = depths[input].max(depths[node] + 1);
            users[input] -= 1;
            if users[input] == 0 {
                ready.push(input);
            }
        }
    }
    depths
}

/// Nodes, and the points where edges pass a layer. The first layer is the uppermost.
struct Points {
    layers: Vec<Vec<usize>>,
    layer: Vec<usize>,
    width: Vec<f64>,
    x: Vec<f64>,
    above: Vec<Vec<usize>>,
    below: Vec<Vec<usize>>,
    /// For each edge, the points on its way.
    ways: Vec<Vec<usize>>,
}

impl Points {
    fn new(sizes: &[[f64; 2]], edges: &[(usize, usize)], depths: &[usize]) -> Self {
        let deepest = depths.iter().copied().max().unwrap_or(0);
        let count = sizes.len();
        let mut points = Self {
            layers: vec![Vec::new(); deepest + 1],
            layer: depths.iter().map(|depth| deepest - depth).collect(),
            width: sizes.iter().map(|size| size[0]).collect(),
            x: Vec::new(),
            above: vec![Vec::new(); count],
            below: vec![Vec::new(); count],
            ways: Vec::new(),
        };
        for node in 0..count {
            points.layers[points.layer[node]].push(node);
        }
        for &(from, to) in edges {
            let mut way = vec![from];
            for layer in points.layer[from] + 1..points.layer[to] {
                way.push(points.passing(layer));
            }
            way.push(to);
            for pair in way.windows(2) {
                points.below[pair[0]].push(pair[1]);
                points.above[pair[1]].push(pair[0]);
            }
            points.ways.push(way);
        }
        points
    }

    /// A new point in a layer for an edge that passes it.
    fn passing(&mut self, layer: usize) -> usize {
        let point = self.width.len();
        self.width.push(EDGE);
        self.layer.push(layer);
        self.above.push(Vec::new());
        self.below.push(Vec::new());
        self.layers[layer].push(point);
        point
    }

    /// Sorts each layer by the mean places of its neighbours.
    fn order(&mut self) {
        let mut place = vec![0.0; self.width.len()];
        let renumber = |layers: &[Vec<usize>], place: &mut [f64]| {
            for layer in layers {
                for (at, point) in layer.iter().enumerate() {
                    place[*point] = at as f64 - layer.len() as f64 / 2.0;
                }
            }
        };
        renumber(&self.layers, &mut place);
        for sweep in 0..SWEEPS {
            let downwards = sweep % 2 == 1;
            let count = self.layers.len();
            for step in 0..count {
                let at = if downwards { step } else { count - 1 - step };
                let neighbours = if downwards { &self.above } else { &self.below };
                let wanted =
                    |point: usize| mean(&neighbours[point], &place).unwrap_or(place[point]);
                let layer = &mut self.layers[at];
                layer.sort_by(|a, b| wanted(*a).total_cmp(&wanted(*b)));
                for (at, point) in layer.iter().enumerate() {
                    place[*point] = at as f64 - layer.len() as f64 / 2.0;
                }
            }
        }
    }

    /// Moves the points of each layer towards their neighbours, keeping their order and their distance.
    fn place(&mut self) {
        self.x = vec![0.0; self.width.len()];
        for layer in &self.layers {
            let mut x = 0.0;
            for point in layer {
                self.x[*point] = x + self.width[*point] / 2.0;
                x += self.width[*point] + GAP;
            }
            for point in layer {
                self.x[*point] -= (x - GAP) / 2.0;
            }
        }
        for sweep in 0..SWEEPS {
            let count = self.layers.len();
            for step in 0..count {
                let at = if sweep % 2 == 0 {
                    count - 1 - step
                } else {
                    step
                };
                let layer = &self.layers[at];
                let wanted: Vec<f64> = layer
                    .iter()
                    .map(|point| {
                        let (above, below) = (
                            mean(&self.above[*point], &self.x),
                            mean(&self.below[*point], &self.x),
                        );
                        match (above, below) {
                            (Some(above), Some(below)) => (above + below) / 2.0,
                            (Some(one), None) | (None, Some(one)) => one,
                            (None, None) => self.x[*point],
                        }
                    })
                    .collect();
                let widths: Vec<f64> = layer.iter().map(|point| self.width[*point]).collect();
                let x = apart(&wanted, &widths);
                for (point, x) in layer.iter().zip(x) {
                    self.x[*point] = x;
                }
            }
        }
    }

    fn finish(self, sizes: &[[f64; 2]], edges: &[(usize, usize)]) -> Layout {
        let all = || (0..self.x.len()).map(|point| (self.x[point], self.width[point] / 2.0));
        let left = all()
            .map(|(x, half)| x - half)
            .fold(f64::INFINITY, f64::min);
        let right = all()
            .map(|(x, half)| x + half)
            .fold(f64::NEG_INFINITY, f64::max);
        let mut middles = Vec::new();
        let mut y = MARGIN;
        for layer in &self.layers {
            let nodes = layer.iter().filter(|point| **point < sizes.len());
            let height = nodes.map(|node| sizes[*node][1]).fold(0.0, f64::max);
            middles.push(y + height / 2.0);
            y += height + LAYER_GAP;
        }
        let point = |at: usize| [self.x[at] - left + MARGIN, middles[self.layer[at]]];
        let nodes: Vec<[f64; 2]> = (0..sizes.len()).map(point).collect();
        let ways = self.ways.iter().zip(edges).map(|(way, (from, to))| {
            let mut way: Vec<[f64; 2]> = way.iter().map(|at| point(*at)).collect();
            let last = way.len() - 1;
            way[0][1] += sizes[*from][1] / 2.0;
            way[last][1] -= sizes[*to][1] / 2.0;
            way
        });
        Layout {
            edges: ways.collect(),
            nodes,
            width: right - left + 2.0 * MARGIN,
            height: y - LAYER_GAP + MARGIN,
        }
    }
}

fn mean(points: &[usize], place: &[f64]) -> Option<f64> {
    let sum: f64 = points.iter().map(|point| place[*point]).sum();
    (!points.is_empty()).then(|| sum / points.len() as f64)
}

/// The places nearest to the wanted ones (in squares) at which boxes in this order do not touch: an isotonic
/// regression, by pooling adjacent violators.
fn apart(wanted: &[f64], widths: &[f64]) -> Vec<f64> {
    let mut shifts = vec![0.0; wanted.len()];
    for at in 1..wanted.len() {
        shifts[at] = shifts[at - 1] + (widths[at - 1] + widths[at]) / 2.0 + GAP;
    }
    // Blocks of boxes that stand side by side: the sum of their places, and their number.
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for (wanted, shift) in wanted.iter().zip(&shifts) {
        let mut block = (wanted - shift, 1);
        while let Some(&(sum, count)) = blocks.last()
            && sum / count as f64 >= block.0 / block.1 as f64
        {
            block = (block.0 + sum, block.1 + count);
            blocks.pop();
        }
        blocks.push(block);
    }
    let places = blocks
        .into_iter()
        .flat_map(|(sum, count)| std::iter::repeat_n(sum / count as f64, count));
    places
        .zip(shifts)
        .map(|(place, shift)| place + shift)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_go_down_and_boxes_do_not_touch() {
        // A residual block: 4 → 3 → 2 → 1 → 0, and 4 → 1.
        let edges = [(4, 3), (3, 2), (2, 1), (1, 0), (4, 1), (5, 2)];
        let sizes = [[80.0, 24.0]; 6];
        let layout = layout(&sizes, &edges);
        for (from, to) in edges {
            assert!(layout.nodes[from][1] < layout.nodes[to][1]);
        }
        for a in 0..6 {
            for b in 0..a {
                let (a, b) = (layout.nodes[a], layout.nodes[b]);
                assert!(a[1] != b[1] || (a[0] - b[0]).abs() >= 80.0 + GAP - 1e-9);
            }
            let [x, y] = layout.nodes[a];
            assert!(
                x >= 40.0 && x <= layout.width - 40.0 && y >= 12.0 && y <= layout.height - 12.0
            );
        }
        assert_eq!(layout.edges[4].len(), 4);
    }

    #[test]
    fn boxes_stand_where_they_want_if_there_is_room() {
        assert_eq!(apart(&[0.0, 100.0], &[10.0, 10.0]), [0.0, 100.0]);
        let close = apart(&[0.0, 0.0], &[10.0, 10.0]);
        assert_eq!(close, [-14.0, 14.0]);
    }

    #[test]
    fn a_long_chain_is_straight() {
        let edges: Vec<_> = (0..200).map(|at| (at + 1, at)).collect();
        let layout = layout(&vec![[50.0, 20.0]; 201], &edges);
        assert!(
            layout
                .nodes
                .iter()
                .all(|node| (node[0] - layout.nodes[0][0]).abs() < 1e-6)
        );
    }
}
