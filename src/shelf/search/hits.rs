//! What one word finds, and how well.

use std::borrow::Cow;

use crate::shelf::places::Places;
use crate::sorted::sort;

/// In layers, one for each way in which it was found.
pub struct Hits<'a> {
    products: usize,
    layers: Vec<Layer<'a>>,
}

/// Products that were found as well as each other.
struct Layer<'a> {
    score: u8,
    places: Cow<'a, Places>,
}

impl<'a> Hits<'a> {
    pub fn none(products: usize) -> Self {
        Self { products, layers: Vec::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.layers.iter().all(|layer| layer.places.is_empty())
    }

    pub fn add(&mut self, place: u32, score: u8) {
        self.layer(score).into_iter().for_each(|places| places.add(place));
    }

    /// Adds all of these.
    pub fn join(&mut self, places: &'a Places, score: u8) {
        match self.layers.iter_mut().find(|layer| layer.score == score) {
            Some(layer) => layer.places.to_mut().join(places),
            None => self.layers.push(Layer { score, places: Cow::Borrowed(places) }),
        }
    }

    /// What was found so well, to add to.
    fn layer(&mut self, score: u8) -> Option<&mut Places> {
        if !self.layers.iter().any(|layer| layer.score == score) {
            self.layers.push(Layer { score, places: Cow::Owned(Places::none(self.products)) });
        }
        self.layers.iter_mut().find(|layer| layer.score == score).map(|layer| layer.places.to_mut())
    }

    /// The best first, and each product only in its best.
    pub fn ranked(mut self) -> Self {
        sort(&mut self.layers, |one, other| other.score.cmp(&one.score));
        let mut better = Places::none(self.products);
        let last = self.layers.len().saturating_sub(1);
        for (n, layer) in self.layers.iter_mut().enumerate() {
            if n > 0 {
                layer.places.to_mut().leave_out(&better);
            }
            if n < last {
                better.join(&layer.places);
            }
        }
        self
    }

    /// All that it finds.
    pub fn places(&self) -> Places {
        let mut places = Places::none(self.products);
        self.layers.iter().for_each(|layer| places.join(&layer.places));
        places
    }

    /// What all of these find; of none nothing.
    pub fn in_all(products: usize, all: &[Self]) -> Places {
        let Some((first, others)) = all.split_first() else { return Places::none(products) };
        let mut places = first.places();
        others.iter().for_each(|hits| places.keep(&hits.places()));
        places
    }

    /// Of what was not found 0.
    pub fn score(&self, place: u32) -> u8 {
        self.layers.iter().find(|layer| layer.places.contains(place)).map_or(0, |layer| layer.score)
    }

    /// The best there is.
    pub fn best(&self) -> u8 {
        self.layers.first().map_or(0, |layer| layer.score)
    }

    /// The layers, the best first.
    pub fn layers(&self) -> impl Iterator<Item = (u8, &Places)> {
        self.layers.iter().map(|layer| (layer.score, &*layer.places))
    }
}
