//! Errors as `application/problem+json` (RFC 9457). The status follows from the kind alone; what failed inside goes to the
//! log, never to the client.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::service::Error;
use crate::texts::{ErrorKind, text};

/// The status of a kind of failure.
#[must_use]
pub const fn status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::BadInput => StatusCode::BAD_REQUEST,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// A problem with a status and one sentence from the catalogue.
pub fn problem(status: StatusCode, id: &str, values: &[(&str, String)]) -> Response {
    let body = json!({ "type": "about:blank", "title": text(id, values), "status": status.as_u16() });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let told = self.problem();
        let status = status(told.kind);
        // A path of the server's disk is nobody's business.
        if status.is_server_error() || told.file.is_some() {
            return problem(status, "http-failed", &[]);
        }
        let body =
            json!({ "type": "about:blank", "title": told.message, "status": status.as_u16(), "detail": told.remedy });
        (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
    }
}
