//! Did you mean …?

/// The candidate nearest to a misspelt word: at most a third of its characters away, ties to the first.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    let limit = (length / 3).max(1);
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .map(|c| (strsim::damerau_levenshtein(&lower, &c.to_lowercase()), c))
        .filter(|(distance, c)| *distance <= limit && *distance < c.chars().count().max(2))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, c)| c)
}
