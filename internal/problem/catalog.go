package problem

import "net/http"

// Code identifies a kind of problem. It never changes.
type Code string

// The codes of problems.
const (
	MalformedRequest     Code = "malformed-request"
	InvalidValue         Code = "invalid-value"
	FutureDate           Code = "future-date"
	Unauthenticated      Code = "unauthenticated"
	InvalidKey           Code = "invalid-key"
	Forbidden            Code = "forbidden"
	NotFound             Code = "not-found"
	NoSuchRoute          Code = "no-such-route"
	MethodNotAllowed     Code = "method-not-allowed"
	NotAcceptable        Code = "not-acceptable"
	Rejected             Code = "rejected"
	Conflict             Code = "conflict"
	AlreadyExists        Code = "already-exists"
	CrawlRunning         Code = "crawl-running"
	CrawlEnded           Code = "crawl-ended"
	RequestInProgress    Code = "request-in-progress"
	IdempotencyKeyReused Code = "idempotency-key-reused"
	ResponseNotStored    Code = "response-not-stored"
	PreconditionFailed   Code = "precondition-failed"
	PreconditionRequired Code = "precondition-required"
	BodyTooLarge         Code = "body-too-large"
	UnsupportedMediaType Code = "unsupported-media-type"
	PingFailed           Code = "ping-failed"
	RateLimited          Code = "rate-limited"
	CrawlQuota           Code = "crawl-quota"
	Cooldown             Code = "cooldown"
	Internal             Code = "internal"
	Unavailable          Code = "unavailable"
	Overloaded           Code = "overloaded"
	TimedOut             Code = "timed-out"
)

// Definition describes a kind of problem.
type Definition struct {
	Code Code
	// Status is the HTTP status code.
	Status int
	Title  string
	// Retryable reports whether the same request can succeed later.
	Retryable bool
	// Remedy says what the caller can do.
	Remedy string
}

// typeBase precedes the code in the type of a problem. The page at the URL is docs/problems.md.
const typeBase = "https://clausea.co/problems/"

// Types that the IANA registry of problem types defines for quotas
// (draft-ietf-httpapi-ratelimit-headers).
const (
	quotaExceeded   = "https://iana.org/assignments/http-problem-types#quota-exceeded"
	reducedCapacity = "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity"
)

// Type returns the URL that identifies the kind of problem.
func (d Definition) Type() string {
	switch d.Code {
	case RateLimited, CrawlQuota:
		return quotaExceeded
	case Overloaded:
		return reducedCapacity
	}
	return typeBase + string(d.Code)
}

var catalog = []Definition{
	{MalformedRequest, http.StatusBadRequest, "Malformed request", false, "Send a request that the description at /openapi.json allows."},
	{InvalidValue, http.StatusUnprocessableEntity, "Invalid value", false, "Correct the values that errors lists."},
	{FutureDate, http.StatusBadRequest, "Date in the future", false, "Ask for a date that has passed, or omit asOf for the current version."},
	{Unauthenticated, http.StatusUnauthorized, "No API key", false, "Send an API key in the header Authorization: Bearer KEY, or X-API-Key: KEY."},
	{InvalidKey, http.StatusUnauthorized, "Invalid API key", false, "Check that the key is complete. A key that was revoked or has expired does not work: create another one."},
	{Forbidden, http.StatusForbidden, "Not allowed", false, "Use an API key with the scope that detail names."},
	{NotFound, http.StatusNotFound, "Not found", false, "Check the name or the ID. List the resources to find it."},
	{NoSuchRoute, http.StatusNotFound, "No such route", false, "Check the path. /openapi.json lists all routes."},
	{MethodNotAllowed, http.StatusMethodNotAllowed, "Method not allowed", false, "Use a method that the header Allow lists."},
	{NotAcceptable, http.StatusNotAcceptable, "Not acceptable", false, "Accept one of the media types that detail lists."},
	{Rejected, http.StatusConflict, "Rejected by the cluster", false, "Ask the administrators of the cluster: a policy, a quota, the deletion of the namespace, or the permissions of this program forbid the change. The log of this program has the reason."},
	{Conflict, http.StatusConflict, "Conflict", true, "Read the resource again, and repeat the change."},
	{AlreadyExists, http.StatusConflict, "Already exists", false, "Choose another name, or change the existing resource."},
	{CrawlRunning, http.StatusConflict, "A crawl is running", true, "Follow the running crawl, whose URL is in instance, or stop it first."},
	{CrawlEnded, http.StatusConflict, "The crawl has ended", false, "Start another crawl."},
	{RequestInProgress, http.StatusConflict, "Request in progress", true, "Wait for the first request with this Idempotency-Key to end, and repeat the request."},
	{ResponseNotStored, http.StatusConflict, "Response not stored", false, "Read the resource, whose path is in instance. If its secret was lost, rotate it."},
	{IdempotencyKeyReused, http.StatusUnprocessableEntity, "Idempotency-Key reused", false, "Use a new Idempotency-Key for a different request."},
	{PreconditionFailed, http.StatusPreconditionFailed, "Changed meanwhile", false, "Read the resource again, and repeat the change with its new ETag in If-Match."},
	{PreconditionRequired, http.StatusPreconditionRequired, "If-Match required", false, "Read the resource, and send its ETag in If-Match."},
	{BodyTooLarge, http.StatusRequestEntityTooLarge, "Request body too large", false, "Send a smaller body. detail has the maximum."},
	{UnsupportedMediaType, http.StatusUnsupportedMediaType, "Unsupported media type", false, "Send a Content-Type that the description at /openapi.json lists for the route."},
	{PingFailed, http.StatusUnprocessableEntity, "The endpoint did not accept the ping", false, "Make the endpoint answer a POST request with a status from 200 to 299 within 15 seconds."},
	{RateLimited, http.StatusTooManyRequests, "Too many requests", true, "Wait for the time in Retry-After."},
	{CrawlQuota, http.StatusTooManyRequests, "Too many crawls", true, "Wait for the time in Retry-After, or use a key with a higher limit."},
	{Cooldown, http.StatusTooManyRequests, "The company was crawled recently", true, "Wait for the time in Retry-After."},
	{Internal, http.StatusInternalServerError, "Internal error", true, "Repeat the request. If the problem remains, report it with the request ID."},
	{Unavailable, http.StatusServiceUnavailable, "Unavailable", true, "Repeat the request after the time in Retry-After. /readyz says what is missing."},
	{Overloaded, http.StatusServiceUnavailable, "Too many requests at once", true, "Repeat the request after the time in Retry-After."},
	{TimedOut, http.StatusGatewayTimeout, "Timed out", true, "Repeat the request, or ask for less at once."},
}

// Catalog returns all definitions, by status.
func Catalog() []Definition { return catalog }

// Definition returns the definition of a code. An unknown code has that of Internal.
func (c Code) Definition() Definition {
	for _, d := range catalog {
		if d.Code == c {
			return d
		}
	}
	return Internal.Definition()
}
