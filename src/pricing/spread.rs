//! Dividing whole minor units: rounding, sharing out, and pieces of a line.

/// `amount · numerator / denominator`, half up; for amounts that are not negative.
pub fn share(amount: i64, numerator: i64, denominator: i64) -> i64 {
    let (whole, rest) = divided(amount, numerator, denominator);
    whole + i64::from(rest > 0 && rest >= denominator - rest)
}

/// The whole part of `amount · numerator / denominator`, and what remains of
/// the division. Nothing of nothing is nothing.
fn divided(amount: i64, numerator: i64, denominator: i64) -> (i64, i64) {
    if denominator <= 0 {
        return (0, 0);
    }
    // Dividing 128 bits is slow in Wasm, and hardly ever needed.
    if let Some(product) = amount.checked_mul(numerator) {
        return (product / denominator, product % denominator);
    }
    let (product, denominator) = (i128::from(amount) * i128::from(numerator), i128::from(denominator));
    let narrow = |part: i128| i64::try_from(part).unwrap_or(i64::MAX);
    (narrow(product / denominator), narrow(product % denominator))
}

/// Shares an amount out in proportion to the weights, by largest remainder;
/// of equal remainders the earlier is served first. The shares sum to the
/// amount, unless there is no weight; none is larger than its weight as long
/// as the amount is not larger than all weights together.
pub fn spread(amount: i64, weights: &[i64]) -> Vec<i64> {
    let sum: i64 = weights.iter().sum();
    let mut shares = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    let mut left = if sum > 0 { amount } else { 0 };
    for (place, weight) in weights.iter().enumerate() {
        let (whole, rest) = divided(*weight, amount, sum);
        left -= whole;
        shares.push(whole);
        // Largest remainder first, then the earlier.
        remainders.push((-rest, place));
    }
    let first = usize::try_from(left).unwrap_or_default();
    if first > 0 && first < remainders.len() {
        remainders.select_nth_unstable(first);
    }
    for (_, place) in remainders.into_iter().take(first) {
        if let Some(share) = shares.get_mut(place) {
            *share += 1;
        }
    }
    shares
}

/// What `more` pieces come to, after `already` others, of a line whose
/// `quantity` pieces come to `total`: each as much as divides evenly, and the
/// last piece takes the rest. So all pieces sum to the line, in whatever steps
/// they are taken. None: there are not so many pieces.
pub fn pieces(total: i64, quantity: u32, already: u32, more: u32) -> Option<i64> {
    let taken = already.checked_add(more).filter(|taken| *taken <= quantity)?;
    let one = total.checked_div(i64::from(quantity)).unwrap_or_default();
    let rest = total - one * i64::from(quantity);
    let with_the_last = taken == quantity && more > 0;
    Some(one * i64::from(more) + if with_the_last { rest } else { 0 })
}

#[cfg(test)]
#[path = "spread_tests.rs"]
mod tests;
