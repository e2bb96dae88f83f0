// Package dashboard serves the private web application for reviewers and operators. It calls the
// use cases of package service, as the HTTP API does, and never the store.
//
// Each page is one file with its template beside it. Pages are lists and forms that work without
// scripts; htmx and the scripts in assets add what is live and the keys.
package dashboard
