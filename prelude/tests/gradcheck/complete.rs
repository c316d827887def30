//! Every operation that records a derivative has a case.

use super::NAMES;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Other dtypes are too coarse, or not needed, for differences in `f64`: tests of dtypes look after them, and tests of
/// layers after LSTMs in `f32`. How a gamma number moves with its shape is no derivative of how it is drawn, which goes by
/// rejection: tests of the function itself, and of distributions, look after that.
const WITHOUT_A_CASE: [&str; 3] = [
    "MkldnnRnnLayerBackward0",
    "StandardGammaBackward0",
    "ToCopyBackward0",
];

/// The names of nodes that the sources mention: string literals that end like `Backward0`. Operations that
/// share a name count as one.
fn declared(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            declared(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).unwrap();
            // Tests inside the library name nodes that they expect.
            let source = source.split("#[cfg(test)]").next().unwrap();
            let code = source
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            for piece in code.flat_map(|line| line.split('"').skip(1).step_by(2)) {
                let plain = piece.trim_end_matches(|c: char| c.is_ascii_digit());
                let is_name =
                    plain.ends_with("Backward") && plain != "Backward" || piece == "CopySlices";
                if is_name && piece.chars().all(|c| c.is_ascii_alphanumeric()) {
                    names.insert(piece.to_string());
                }
            }
        }
    }
}

/// Runs every group of cases without numbers and compares what they recorded with what the sources declare. A new
/// operation fails here until it has a case; a new group of cases has to be called here to count.
#[test]
fn every_derivative_has_a_case() {
    let mut wanted = BTreeSet::new();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    declared(&sources, &mut wanted);
    assert!(wanted.len() > 80, "the sources were not found");
    NAMES.set(Some(BTreeSet::new()));
    super::functions_of_one_element();
    super::functions_of_small_numbers();
    super::arithmetic();
    super::reductions();
    super::shapes();
    super::picking_and_placing();
    super::products();
    super::convolutions_and_pools();
    super::normalizations();
    super::losses();
    super::in_place_operations_and_views();
    super::linalg::all_groups();
    super::nn::all_groups();
    super::surface::all_groups();
    super::complex::all_groups();
    super::draws::all_groups();
    let seen = NAMES.take().unwrap();
    let missing: Vec<&String> = wanted
        .iter()
        .filter(|name| !seen.contains(*name) && !WITHOUT_A_CASE.contains(&name.as_str()))
        .collect();
    assert!(missing.is_empty(), "no gradcheck case for {missing:?}");
}
