//! buy_get
