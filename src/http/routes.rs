//! The whole map of addresses.

use axum::Router;
use axum::extract::{Path, Query, Request, State as Shared};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use serde::Serialize;
use serde_json::{Value, json};
use tower_http::set_header::SetResponseHeaderLayer;

use super::problem::problem;
use super::{State, assets};
use crate::service::{Error, overview};

/// One address.
pub struct Route {
    /// Path, with `{names}`.
    pub path: &'static str,
    /// What it answers, for documentation.
    pub about: &'static str,
    handler: fn() -> MethodRouter<State>,
}

/// Every address that the service has.
pub const ROUTES: &[Route] = &[
    Route { path: "/", about: "the map page", handler: || get(index) },
    Route { path: "/assets/{name}", about: "files of the page", handler: || get(asset) },
    Route { path: "/texts", about: "texts of the page", handler: || get(texts) },
    Route { path: "/overview", about: "themes, backgrounds and extent of the page", handler: || get(page_overview) },
    Route { path: "/collections/{id}/items", about: "features as pages of GeoJSON", handler: || get(items) },
    Route { path: "/healthz", about: "whether the process answers", handler: || get(healthz) },
];

/// Features a page where nothing is said, and at most.
const LIMIT: (u64, u64) = (1_000, 10_000);

/// The service as a router.
pub fn router(state: State) -> Router {
    let fixed = |name: &'static str, value: &'static str| {
        SetResponseHeaderLayer::overriding(HeaderName::from_static(name), HeaderValue::from_static(value))
    };
    let routes = ROUTES.iter().fold(Router::new(), |router, route| router.route(route.path, (route.handler)()));
    routes
        .fallback(|| async { problem(StatusCode::NOT_FOUND, "http-no-such-address", &[]) })
        .method_not_allowed_fallback(|| async { problem(StatusCode::METHOD_NOT_ALLOWED, "http-method", &[]) })
        .with_state(state)
        .layer(middleware::from_fn(own_host))
        .layer(fixed("content-security-policy", "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"))
        .layer(fixed("x-content-type-options", "nosniff"))
        .layer(fixed("referrer-policy", "no-referrer"))
        .layer(fixed("cross-origin-resource-policy", "same-origin"))
        .layer(fixed("cache-control", "no-store"))
}

/// Refuses requests under a name that is not this machine's: another site cannot point its own name here.
async fn own_host(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    let ours =
        name == "localhost" || name == "[::1]" || name.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback());
    if ours { next.run(request).await } else { problem(StatusCode::FORBIDDEN, "http-other-host", &[]) }
}

async fn index() -> Response {
    send("index.html")
}

async fn asset(Path(name): Path<String>) -> Response {
    send(&name)
}

fn send(name: &str) -> Response {
    match assets::find(name) {
        Some(asset) => ([(header::CONTENT_TYPE, asset.media_type)], asset.bytes).into_response(),
        None => problem(StatusCode::NOT_FOUND, "http-no-such-address", &[]),
    }
}

async fn texts() -> Response {
    json_of(&overview::texts())
}

async fn healthz() -> Response {
    json_of(&json!({ "status": "ok" }))
}

async fn page_overview(Shared(state): Shared<State>) -> Response {
    match blocking(move || overview::overview(&state.open()?)).await {
        Ok(page) => json_of(&page),
        Err(error) => error,
    }
}

async fn items(
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let (mut limit, mut offset) = (LIMIT.0, 0);
    for (name, value) in &query {
        let values = [("name", name.clone()), ("value", value.clone())];
        let number = value.parse::<u64>();
        match (name.as_str(), number) {
            ("limit", Ok(number)) if (1..=LIMIT.1).contains(&number) => limit = number,
            ("offset", Ok(number)) if i64::try_from(number).is_ok() => offset = number,
            ("limit" | "offset", _) => return problem(StatusCode::BAD_REQUEST, "http-bad-value", &values),
            _ => return problem(StatusCode::BAD_REQUEST, "http-unknown-parameter", &values),
        }
    }
    let collection = id.clone();
    let page = match blocking(move || overview::items(&state.open()?, &collection, offset, limit)).await {
        Ok(page) => page,
        Err(error) => return error,
    };
    let body = linked(page, &id, offset, limit);
    ([(header::CONTENT_TYPE, "application/geo+json")], body.to_string()).into_response()
}

/// Adds links to this page and, where there is one, to the next.
fn linked(mut page: Value, id: &str, offset: u64, limit: u64) -> Value {
    let link = |rel: &str, offset: u64| json!({ "rel": rel, "type": "application/geo+json", "href": format!("/collections/{id}/items?limit={limit}&offset={offset}") });
    let mut links = vec![link("self", offset)];
    let returned = page["numberReturned"].as_u64().unwrap_or(0);
    if returned > 0 && page["numberMatched"].as_u64().is_some_and(|all| offset + returned < all) {
        links.push(link("next", offset + returned));
    }
    page["links"] = Value::Array(links);
    page
}

fn json_of(value: &impl Serialize) -> Response {
    match serde_json::to_string(value) {
        Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(_) => problem(StatusCode::INTERNAL_SERVER_ERROR, "http-failed", &[]),
    }
}

/// Runs work that reads the store on a thread where waiting is allowed.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Response> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result.map_err(IntoResponse::into_response),
        Err(_) => Err(problem(StatusCode::INTERNAL_SERVER_ERROR, "http-failed", &[])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use tower::ServiceExt;

    fn get_of(path: &str, host: &str) -> Response {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let request = Request::builder().uri(path).header("host", host).body(Body::empty()).expect("a request");
        let app = router(State::new(std::path::Path::new("/finns/inte.gpkg")));
        runtime.block_on(app.oneshot(request)).expect("a router cannot fail")
    }

    #[test]
    fn the_page_comes_with_a_policy_that_lets_nothing_else_in() {
        let page = get_of("/", "127.0.0.1:8080");
        assert_eq!(page.status(), StatusCode::OK);
        let policy = page.headers()["content-security-policy"].to_str().expect("ascii");
        assert!(policy.starts_with("default-src 'self'"));
    }

    #[test]
    fn unknown_addresses_parameters_and_hosts_are_refused() {
        let status = |path: &str| get_of(path, "localhost:8080").status();
        assert_eq!(status("/assets/../Cargo.toml"), StatusCode::NOT_FOUND);
        assert_eq!(status("/nagot"), StatusCode::NOT_FOUND);
        for query in ["limit=0", "limit=10001", "limit=x", "offset=-1", "filter=1", "limit=5&limit="] {
            assert_eq!(status(&format!("/collections/roads/items?{query}")), StatusCode::BAD_REQUEST, "{query}");
        }
        assert_eq!(get_of("/healthz", "example.se").status(), StatusCode::FORBIDDEN);
        assert_eq!(get_of("/healthz", "[::1]:8080").status(), StatusCode::OK);
    }

    #[test]
    fn a_store_that_fails_tells_no_path() {
        let answer = get_of("/overview", "127.0.0.1:1");
        assert!(answer.status().is_client_error() || answer.status().is_server_error());
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let body = runtime.block_on(axum::body::to_bytes(answer.into_body(), 10_000)).expect("small");
        assert!(!String::from_utf8_lossy(&body).contains("finns"), "{body:?}");
    }
}
