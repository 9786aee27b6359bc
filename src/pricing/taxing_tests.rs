//! taxing
