//! The first owner's account, from the deployment's configuration.

use super::account::Account;
use super::error::AuthError;
use super::password::{NewPassword, PlainPassword};
use super::{Role, store};
use crate::app::App;
use crate::email::EmailAddress;
use crate::ids::AccountId;
use crate::throttle::gate;

/// Creates the configured owner's account, or gives the account with that
/// address this role and password; sessions end if the password changed.
/// Repeating it costs one read and no hash: a keyed digest of the credentials says that
/// they were applied. So a password that the owner changed later stays.
pub async fn ensure_owner(app: &App) -> Result<(), AuthError> {
    let Some(owner) = &app.config.owner else { return Ok(()) };
    let fingerprint = hex::encode(app.keys.mac("owner", &[&owner.email, &owner.password]));
    let unusable = |rule: &dyn std::fmt::Display| AuthError::UnusableOwner(rule.to_string());
    let email: EmailAddress = owner.email.parse().map_err(|rule| unusable(&rule))?;

    let read = vec![store::select_owner_fingerprint(), store::select_credentials(&email)];
    let mut rows = app.database.batch(read).await?.into_iter();
    if store::owner_fingerprint(rows.next().unwrap_or_default())?.as_ref() == Some(&fingerprint) {
        return Ok(());
    }
    let known = store::credentials(rows.next().unwrap_or_default())?;

    let plain = PlainPassword::new(&owner.password).map_err(|rule| unusable(&rule))?;
    let password = NewPassword::set_by_operator(&plain).map_err(|rule| unusable(&rule))?;
    let now = app.clock.now();
    let mut batch = Vec::with_capacity(3);
    match known {
        Some(known) if gate::enter(app)?.work(|| known.hash.matches(&plain)).await? => {
            batch.push(store::upsert_owner(&known.account, &known.hash, known.password_changed_at, &fingerprint));
        }
        _ => {
            let id = AccountId::new(now, &*app.entropy);
            let (owner, role) = (email.clone(), Role::Owner);
            let account = Account { id, email: owner, name: None, role, created_at: now, has_prices: false };
            let hash = gate::enter(app)?.work(|| password.hash(&*app.entropy)).await?;
            batch.push(store::upsert_owner(&account, &hash, now, &fingerprint));
            batch.push(store::revoke_sessions_of_owner(&email, now, &fingerprint));
        }
    }
    batch.push(store::remember_owner(&fingerprint, now));
    app.database.batch(batch).await?;
    Ok(())
}
