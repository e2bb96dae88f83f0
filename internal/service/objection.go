package service

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// The annotations of a Company that state the objection period of its contract.
const (
	ObjectionDaysAnnotation = "objection.clausea.co/days"
	ObjectionFromAnnotation = "objection.clausea.co/from"
)

// ObjectionStart is the event with which an objection period begins.
type ObjectionStart string

// The events with which an objection period begins.
const (
	ObjectionFromSeen      ObjectionStart = "Seen"      // a crawl observed the change
	ObjectionFromEffective ObjectionStart = "Effective" // the change takes effect; observed if the date is not known
)

// MaxObjectionDays is the maximum length of an objection period.
const MaxObjectionDays = 365

// Objection is the time in which a customer of a company can object to a change.
type Objection struct {
	Days int
	From ObjectionStart
}

// ObjectionOf returns the objection period of a Company. It is not ok if there is none, or its
// annotations are invalid.
func ObjectionOf(c *v1alpha1.Company) (o Objection, ok bool) {
	days, err := strconv.Atoi(c.Annotations[ObjectionDaysAnnotation])
	o = Objection{days, ObjectionStart(c.Annotations[ObjectionFromAnnotation])}
	if o.From == "" {
		o.From = ObjectionFromSeen
	}
	return o, err == nil && o.check() == nil
}

func (o Objection) check() error {
	if o.Days < 1 || o.Days > MaxObjectionDays {
		return problem.OfField("days", "must be from 1 to %d", MaxObjectionDays)
	}
	if o.From != ObjectionFromSeen && o.From != ObjectionFromEffective {
		return problem.OfField("from", "must be %s or %s", ObjectionFromSeen, ObjectionFromEffective)
	}
	return nil
}

// objectionKinds are the kinds of changes to which a customer can object.
var objectionKinds = []store.ChangeKind{store.ChangeChanged, store.ChangeEffectiveSoon}

// ObjectionDeadline returns the last day, as midnight UTC, on which a customer can object to a
// change of a company. It is not ok if the company has no objection period, or the change is of a
// kind without one.
func ObjectionDeadline(c *v1alpha1.Company, change store.Change) (deadline time.Time, ok bool) {
	o, ok := ObjectionOf(c)
	if !ok || !slices.Contains(objectionKinds, change.Kind) {
		return time.Time{}, false
	}
	start := change.At.UTC().Truncate(day)
	if o.From == ObjectionFromEffective {
		if effective, err := time.Parse(time.DateOnly, change.EffectiveDate); err == nil {
			start = effective
		}
	}
	return start.AddDate(0, 0, o.Days), true
}

// SetObjection sets the objection period of a company. Nil removes it.
func (s *Companies) SetObjection(ctx context.Context, caller Caller, name string, o *Objection) error {
	return s.Guard.Change(ctx, caller, Action{Name: "company.objection", Scope: store.ScopeWrite, TargetKind: "company", TargetName: name}, func(ctx context.Context, r *Recorded) error {
		if o != nil {
			if err := o.check(); err != nil {
				return err
			}
		}
		for range maxChangeAttempts {
			current, err := s.Resources.company(ctx, name)
			if err != nil {
				return err
			}
			next := current.DeepCopy()
			delete(next.Annotations, ObjectionDaysAnnotation)
			delete(next.Annotations, ObjectionFromAnnotation)
			if o != nil {
				if next.Annotations == nil {
					next.Annotations = map[string]string{}
				}
				next.Annotations[ObjectionDaysAnnotation], next.Annotations[ObjectionFromAnnotation] = strconv.Itoa(o.Days), string(o.From)
			}
			if err = s.Resources.Client.Update(ctx, next); err == nil {
				r.After = o
				if before, ok := ObjectionOf(current); ok {
					r.Before = before
				}
				return nil
			}
			if !apierrors.IsConflict(err) {
				return writeError(err, "change company "+name)
			}
		}
		return problem.New(problem.Conflict, "other changes of company %s interrupted this one", name)
	})
}

// Deadline is the last day on which a customer can object to a change.
type Deadline struct {
	store.Change

	// CompanyName is the name of the company.
	CompanyName string
	// Day is the last day, as midnight UTC.
	Day time.Time
}

const (
	// deadlineAge is how far back Deadlines looks for changes: longer than an objection period, and
	// most announcements of effective dates.
	deadlineAge = (MaxObjectionDays + 180) * day
	// maxDeadlinePages bounds the changes that Deadlines reads, newest first.
	maxDeadlinePages = 5
)

// Deadlines returns the deadlines of the changes of a company, or of all companies if name is
// empty, without those that a person decided: no action, or objected. The newest change is first. It examines the
// newest 1,000 changes, more or less.
func (s *Changes) Deadlines(ctx context.Context, caller Caller, name string) ([]Deadline, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return nil, err
	}
	if name == "" {
		return s.deadlines(ctx, nil)
	}
	if _, err := s.Resources.company(ctx, name); err != nil {
		return nil, err
	}
	return s.deadlines(ctx, []string{name})
}

// DeadlineFeed returns the deadlines of companies, or of all companies if there are no names. Names
// of companies that do not exist are ignored. query is the query of the feed that the caller asked
// for: a caller with the scope feed may read only the feed of its key.
func (s *Changes) DeadlineFeed(ctx context.Context, caller Caller, query string, names []string) ([]Deadline, error) {
	if err := authorizeFeed(caller, query); err != nil {
		return nil, err
	}
	return s.deadlines(ctx, names)
}

func (s *Changes) deadlines(ctx context.Context, names []string) ([]Deadline, error) {
	companies, err := s.companiesWithObjection(ctx, names)
	if err != nil || len(companies) == 0 {
		return nil, err
	}
	q := ChangeQuery{Since: s.Guard.Now().Add(-deadlineAge), ListOptions: store.ListOptions{Limit: store.MaxLimit}}
	q.Kinds, q.Companies = objectionKinds, names
	var out []Deadline
	for range maxDeadlinePages {
		items, next, err := s.list(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			c := companies[item.Company]
			if c == nil || item.Review.State == store.ReviewNoAction || item.Review.State == store.ReviewObjected {
				continue
			}
			if at, ok := ObjectionDeadline(c, item.Change); ok {
				out = append(out, Deadline{Change: item.Change, CompanyName: c.Name, Day: at})
			}
		}
		if q.Continue = next; next == "" {
			break
		}
	}
	return out, nil
}

// companiesWithObjection returns the companies that have an objection period, by their keys in the
// store: those with one of the names, or all of them if there are no names.
func (s *Changes) companiesWithObjection(ctx context.Context, names []string) (map[string]*v1alpha1.Company, error) {
	out := map[string]*v1alpha1.Company{}
	add := func(c *v1alpha1.Company) {
		if _, ok := ObjectionOf(c); ok {
			out[v1alpha1.StoreKey(c.Namespace, c.Name)] = c
		}
	}
	for _, name := range names {
		c, err := s.Resources.company(ctx, name)
		if err != nil && !problem.IsCode(err, problem.NotFound) {
			return nil, err
		}
		if err == nil {
			add(c)
		}
	}
	if len(names) > 0 {
		return out, nil
	}
	list := &v1alpha1.CompanyList{}
	if err := s.Resources.Cache.List(ctx, list, client.InNamespace(s.Resources.Namespace), client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("list the companies: %w", err)
	}
	for i := range list.Items {
		add(&list.Items[i])
	}
	return out, nil
}

// objectionUntil returns the last day for an objection to a change of a company that is known by
// its name, or the zero time. A company that cannot be read has no objection period.
func (r Resources) objectionUntil(ctx context.Context, c store.Change, effectiveDate string) time.Time {
	company := &v1alpha1.Company{}
	if r.Cache.Get(ctx, client.ObjectKey{Namespace: r.Namespace, Name: c.Company}, company) != nil {
		return time.Time{}
	}
	c.EffectiveDate = effectiveDate
	deadline, _ := ObjectionDeadline(company, c)
	return deadline
}
