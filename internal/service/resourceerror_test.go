package service

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/clausea/crawler/internal/problem"
)

func TestErrorsOfTheAPIServerAreProblemsWithoutItsTexts(t *testing.T) {
	t.Parallel()
	resource, secret := schema.GroupResource{Resource: "companies"}, errors.New("hunter2")
	for want, err := range map[problem.Code][]error{
		problem.Rejected: {apierrors.NewForbidden(resource, "acme", secret)},
		problem.Unavailable: {
			apierrors.NewTimeoutError("hunter2", 1), apierrors.NewServerTimeout(resource, "create", 1), apierrors.NewTooManyRequests("hunter2", 1),
			apierrors.NewServiceUnavailable("hunter2"), apierrors.NewInternalError(secret), &url.Error{Op: "Post", URL: "https://hunter2/", Err: secret},
		},
		problem.Conflict: {apierrors.NewConflict(resource, "acme", secret)}, problem.NotFound: {apierrors.NewNotFound(resource, "acme")},
	} {
		for _, err := range err {
			var p *problem.Problem
			if got := writeError(fmt.Errorf("wrapped: %w", err), "create company acme"); !errors.As(got, &p) || p.Code != want || strings.Contains(p.Detail, "hunter2") {
				t.Errorf("%v is %v, want %s", err, got, want)
			}
		}
	}
	for _, err := range []error{secret, &url.Error{Op: "Get", Err: context.Canceled}, &url.Error{Op: "Get", Err: context.DeadlineExceeded}} {
		var p *problem.Problem
		if got := writeError(err, "create company acme"); errors.As(got, &p) || !errors.Is(got, err) {
			t.Errorf("%v is %v, want an internal error", err, got)
		}
	}
}

func TestInvalidFieldsAreLocatedInTheBody(t *testing.T) {
	t.Parallel()
	err := apierrors.NewInvalid(schema.GroupKind{Kind: "Company"}, "acme", field.ErrorList{
		field.Invalid(field.NewPath("metadata", "labels"), "hunter2", "must be shorter"),
		field.Invalid(field.NewPath("metadata", "name"), "hunter2", "is taken"),
		field.Invalid(field.NewPath("spec", "domains").Index(0), "hunter2: x", "is reserved"),
		field.Invalid(nil, map[string]any{"password": "hunter2"}, "failed expression"),
	})
	var p *problem.Problem
	if !errors.As(writeError(err, "create company acme"), &p) || len(p.Fields) != 4 {
		t.Fatalf("the problem is %+v", p)
	}
	for i, want := range []string{"body.tags must be shorter", "body.name is taken", "body.spec.domains[0] is reserved", "body "} {
		if got := p.Fields[i].Location + " " + p.Fields[i].Message; !strings.HasPrefix(got, want) || strings.Contains(got, "hunter2") {
			t.Errorf("field %d is %q, want %q", i, got, want)
		}
	}
}
