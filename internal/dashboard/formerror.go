package dashboard

import (
	"errors"
	"net/http"

	"github.com/clausea/crawler/internal/problem"
)

// formError returns what a form shows beside its fields, if the error is about them.
func formError(err error) (message string, ok bool) {
	var p *problem.Problem
	if !errors.As(err, &p) {
		return "", false
	}
	switch p.Code.Definition().Status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusConflict, http.StatusPreconditionFailed:
		return sentence(p.Detail), true
	}
	return "", false
}

// problemText returns what a person may see of an error.
func problemText(err error) string {
	var p *problem.Problem
	if errors.As(err, &p) {
		return sentence(p.Detail)
	}
	return "An internal error occurred; the log of the process has its text."
}
