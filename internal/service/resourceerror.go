package service

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/internal/problem"
)

// apiServerRetry is the Retry-After of an API server that does not respond. A new leader of its
// etcd is elected within a few seconds.
const apiServerRetry = 10 * time.Second

// writeError returns the problem that an error of the API server, or of the store in its place, is for
// the caller. Other errors are internal. what says what was tried.
func writeError(err error, what string) error {
	var p *problem.Problem
	if errors.As(err, &p) {
		return err
	}
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return unreachable(err, what)
	}
	switch s := status.Status(); {
	case apierrors.IsInvalid(err), apierrors.IsBadRequest(err):
		return rejectedFields(err, s.Details)
	case apierrors.IsForbidden(err):
		return problem.Wrap(err, problem.Rejected, "the API server of Kubernetes does not allow this change")
	case apierrors.IsAlreadyExists(err):
		return problem.Wrap(err, problem.AlreadyExists, "a resource with this name exists already")
	case apierrors.IsConflict(err):
		return problem.Wrap(err, problem.Conflict, "the resource was changed at the same time")
	case apierrors.IsNotFound(err):
		return problem.Wrap(err, problem.NotFound, "the resource does not exist")
	case apierrors.IsTooManyRequests(err), apierrors.IsServiceUnavailable(err), apierrors.IsServerTimeout(err), apierrors.IsTimeout(err), apierrors.IsInternalError(err):
		return unavailable(err)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// unreachable returns an Unavailable problem if err says that there was no response, and the
// caller did not cause it.
func unreachable(err error, what string) error {
	var request *url.Error
	if errors.As(err, &request) && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return unavailable(err)
	}
	return fmt.Errorf("%s: %w", what, err)
}

func unavailable(err error) error {
	p := problem.Wrap(err, problem.Unavailable, "the API server of Kubernetes does not respond, or cannot check the request")
	p.RetryAfter = apiServerRetry
	return p
}

// rejectedFields returns the problem of a resource that the API server rejected.
func rejectedFields(err error, details *metav1.StatusDetails) error {
	p := problem.Wrap(err, problem.InvalidValue, "the API server of Kubernetes rejected the values")
	if details == nil {
		return p
	}
	for _, c := range details.Causes[:min(len(details.Causes), maxFields)] {
		p.Fields = append(p.Fields, problem.Field{Location: bodyLocation(c.Field), Message: withoutValue(c.Message)})
	}
	if len(p.Fields) == 1 {
		p.Detail = p.Fields[0].Location + ": " + p.Fields[0].Message
	}
	return p
}

// bodyLocation returns the location in the body of a request that sets a field of a resource. A
// policy of the cluster names no field.
func bodyLocation(field string) string {
	switch {
	case strings.HasPrefix(field, "metadata.labels"):
		return "body.tags"
	case strings.HasPrefix(field, "metadata.name"):
		return "body.name"
	case field == "" || field == "<nil>":
		return "body"
	}
	return "body." + field
}

// withoutValue removes the value from a message of the form: Invalid value: "VALUE": MESSAGE.
func withoutValue(message string) string {
	kind, rest, ok := strings.Cut(message, ": ")
	if !ok || !strings.HasSuffix(kind, "value") {
		return message
	}
	if quoted, err := strconv.QuotedPrefix(rest); err == nil {
		if detail := strings.TrimPrefix(rest[len(quoted):], ": "); detail != "" {
			return detail
		}
	}
	return strings.ToLower(kind)
}
