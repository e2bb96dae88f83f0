package service

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/netresearch/go-cron"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/crawl/scope"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/schema"
)

// CompanyDraft describes a company that is created or replaced.
type CompanyDraft struct {
	Name string
	// URL creates a company from a URL or a domain: its registrable domain is the default of the
	// name and of the domains, and the URL that of the seeds.
	URL  string
	Tags []string
	// Spec is the spec of the Company as JSON: unknown fields are errors.
	Spec map[string]any
}

// companyOf returns the Company that a draft describes, validated and with defaults. Its error is
// an InvalidValue problem with all invalid fields.
func (r Resources) companyOf(ctx context.Context, d CompanyDraft) (*v1alpha1.Company, error) {
	spec := d.Spec
	if d.URL != "" {
		found, err := schema.CompanyFromTarget(ctx, d.URL, scope.RegistrableDomain)
		if err != nil {
			return nil, invalidTarget(err)
		}
		d.Name = cmp.Or(d.Name, found.Name)
		spec = map[string]any{"domains": found.Spec.Domains, "seeds": found.Spec.Seeds}
		maps.Copy(spec, d.Spec)
	}
	if spec == nil {
		return nil, problem.OfField("body", "needs url or spec")
	}
	c := &v1alpha1.Company{}
	if err := decodeSpec(ctx, "Company", d.Name, spec, c); err != nil {
		return nil, err
	}
	c.Namespace = r.Namespace
	if err := checkCompany(c, d); err != nil {
		return nil, err
	}
	c.Labels = withTags(nil, d.Tags)
	return c, nil
}

// checkCompany checks what the schema does not: the name, tags, the target, and the schedule.
func checkCompany(c *v1alpha1.Company, d CompanyDraft) error {
	if c.Name == "" {
		return problem.OfField("body.name", "is required with spec; for example example-com")
	}
	if errs := validation.IsDNS1123Subdomain(c.Name); len(errs) > 0 || len(c.Name) > maxCompanyName {
		return problem.OfField("body.name", "must have at most %d lower-case letters, digits, '-' and '.', and begin and end with a letter or digit", maxCompanyName)
	}
	if slices.Contains(reservedNames, c.Name) {
		return problem.OfField("body.name", "is reserved; choose another name")
	}
	if len(d.Tags) > maxTags {
		return problem.OfField("body.tags", "has %d tags; the maximum is %d", len(d.Tags), maxTags)
	}
	for i, tag := range d.Tags {
		if errs := validation.IsQualifiedName(TagPrefix + tag); len(errs) > 0 {
			return problem.OfField(fmt.Sprintf("body.tags[%d]", i), "must have at most 63 letters, digits, '-', '_' and '.', and begin and end with a letter or digit")
		}
	}
	if err := c.Spec.Validate("spec"); err != nil {
		location, message, _ := strings.Cut(err.Error(), " ")
		if d.URL != "" && d.Spec["domains"] == nil && d.Spec["seeds"] == nil {
			location = "url"
		}
		return problem.OfField("body."+location, "%s", message)
	}
	return checkSchedule(c.Spec.Schedule)
}

const (
	// maxCompanyName is the maximum length of the name of a Company in the schema.
	maxCompanyName = 63
	maxTags        = 50
)

// reservedNames are the last segments of routes of the API.
var reservedNames = []string{"export", "import", "preview"}

// checkSchedule checks what only a parser of schedules detects.
func checkSchedule(s *v1alpha1.Schedule) error {
	if s == nil {
		return nil
	}
	if _, err := time.LoadLocation(s.TimeZone); err != nil || s.TimeZone == "Local" {
		return problem.OfField("body.spec.schedule.timeZone", "is not an IANA time zone; write Europe/Paris or Etc/UTC")
	}
	parsed, err := cron.ParseStandard(s.Cron)
	if err != nil || parsed.Next(time.Unix(0, 0)).IsZero() {
		return problem.OfField("body.spec.schedule.cron", `is not a schedule, or never occurs; write "30 2 * * *" for every night at half past two`)
	}
	return nil
}

// decodeSpec validates a spec as the API server does, sets its defaults, and decodes the resource
// into obj.
func decodeSpec(ctx context.Context, kind, name string, spec map[string]any, obj any) error {
	k, err := schema.ForKind(kind)
	if err != nil {
		return err
	}
	b, err := json.Marshal(map[string]any{
		"apiVersion": v1alpha1.GroupVersion.String(), "kind": kind, "metadata": map[string]any{"name": name}, "spec": spec,
	})
	if err != nil {
		return fmt.Errorf("encode the spec of a %s: %w", kind, err)
	}
	content, err := decodeObject(b)
	if err != nil {
		return problem.Wrap(err, problem.MalformedRequest, "the spec is not a JSON object")
	}
	if errs := k.Admit(ctx, content, nil); len(errs) > 0 {
		return invalidFields(errs)
	}
	if b, err = json.Marshal(content); err != nil {
		return fmt.Errorf("encode the spec of a %s: %w", kind, err)
	}
	if err := json.Unmarshal(b, obj); err != nil {
		return problem.Wrap(err, problem.InvalidValue, "the spec has a value of another type")
	}
	return nil
}

// decodeObject decodes a JSON object with integers as int64, which validation expects.
func decodeObject(b []byte) (map[string]any, error) {
	var content map[string]any
	if err := utiljson.Unmarshal(b, &content); err != nil {
		return nil, err
	}
	if content == nil {
		return nil, errors.New("the value is null")
	}
	return content, nil
}

// maxFields is the maximum number of fields of a problem.
const maxFields = 20

// invalidFields returns the problem of invalid fields of a resource. It repeats no values, which
// can contain passwords.
func invalidFields(errs field.ErrorList) error {
	p := &problem.Problem{Code: problem.InvalidValue, Detail: "the spec has invalid values"}
	for _, e := range errs[:min(len(errs), maxFields)] {
		message := e.Detail
		if message == "" {
			message = strings.ToLower(e.Type.String())
		}
		p.Fields = append(p.Fields, problem.Field{Location: bodyLocation(e.Field), Message: message})
	}
	if len(p.Fields) == 1 {
		p.Detail = p.Fields[0].Location + ": " + p.Fields[0].Message
	}
	return p
}

// invalidTarget returns the problem of a URL that names no company.
func invalidTarget(err error) error {
	p := problem.OfField("body.url", "must be a domain such as example.com, or an http or https URL without user name and password")
	p.Cause = err
	return p
}

// withTags returns labels with the tags of a draft instead of those that they contain.
func withTags(labels map[string]string, tags []string) map[string]string {
	out := map[string]string{}
	for label, value := range labels {
		if !strings.HasPrefix(label, TagPrefix) || slices.Contains(tags, strings.TrimPrefix(label, TagPrefix)) {
			out[label] = value
		}
	}
	for _, tag := range tags {
		if _, ok := out[TagPrefix+tag]; !ok {
			out[TagPrefix+tag] = "true"
		}
	}
	return out
}

// companyState is a Company in the audit log.
func companyState(c *v1alpha1.Company) any {
	if c == nil {
		return nil
	}
	return struct {
		Metadata metav1.ObjectMeta    `json:"metadata"`
		Spec     v1alpha1.CompanySpec `json:"spec"`
	}{metav1.ObjectMeta{Name: c.Name, Labels: c.Labels}, c.Spec}
}
