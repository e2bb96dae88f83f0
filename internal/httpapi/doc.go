// Package httpapi is the public HTTP API. It maps the use cases of package service to HTTP:
// each route has an input and an output type, from which huma generates the OpenAPI description.
// What every request has in common is in the files of the edge: authentication, limits, problems,
// conditional requests, events.
//
// Only this package imports huma.
package httpapi
