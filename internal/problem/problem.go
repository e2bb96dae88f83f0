// Package problem defines the problems that the HTTP API and the dashboard report to their
// callers. A problem says what is wrong and what to do. It never contains the text of an
// internal error.
package problem

import (
	"errors"
	"fmt"
	"time"
)

// Problem is an error for a caller. Its Code selects the Definition, which has the HTTP status.
type Problem struct {
	Code Code
	// Detail explains this occurrence to the caller. It contains no secret and no internal error.
	Detail string
	// Fields lists the invalid values, if the request has some.
	Fields []Field
	// RetryAfter is the time after which the caller may try again, or 0.
	RetryAfter time.Duration
	// Related is the path of a resource that explains the problem, such as the running crawl.
	Related string
	// Policies names the quotas that the request exceeded.
	Policies []string
	// Cause is the internal error, for the log. The caller never sees it.
	Cause error
}

// Field is an invalid value of a request.
type Field struct {
	// Location is the path of the value: query.limit or body.spec.domains[0].
	Location string `json:"location" doc:"Where the invalid value is, for example query.limit or body.spec.domains[0]."`
	Message  string `json:"message" doc:"What is wrong with the value, and what is allowed."`
}

// Error implements error.
func (p *Problem) Error() string {
	if p.Cause != nil {
		return fmt.Sprintf("%s: %s: %s", p.Code, p.Detail, p.Cause)
	}
	return fmt.Sprintf("%s: %s", p.Code, p.Detail)
}

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Cause }

// New returns a problem with a formatted detail. The arguments are shown to the caller.
func New(code Code, format string, args ...any) *Problem {
	return &Problem{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// Wrap is New with the internal error that caused the problem.
func Wrap(cause error, code Code, format string, args ...any) *Problem {
	p := New(code, format, args...)
	p.Cause = cause
	return p
}

// OfField returns an InvalidValue problem of one field.
func OfField(location, format string, args ...any) *Problem {
	message := fmt.Sprintf(format, args...)
	return &Problem{Code: InvalidValue, Detail: fmt.Sprintf("%s: %s", location, message), Fields: []Field{{Location: location, Message: message}}}
}

// InvalidCursor returns the problem of a cursor that is not of the list, or not of its order.
func InvalidCursor() *Problem {
	return OfField("query.cursor", "is not a cursor of this list in this order; restart the list without it")
}

// IsCode reports whether err is a problem with a code.
func IsCode(err error, code Code) bool {
	var p *Problem
	return errors.As(err, &p) && p.Code == code
}
