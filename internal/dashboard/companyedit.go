package dashboard

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// registerCompanyEdit registers the form of the settings of a company.
func registerCompanyEdit(s *Server) {
	s.viewFor(store.ScopeWrite, "GET /companies/{name}/edit", s.editPage)
	s.action("POST /companies/{name}/edit", store.ScopeWrite, s.saveCompany)
}

// editData is what the form shows.
type editData struct {
	Name, Version string
	Fields        []formField
	Types         []string
	Expected      map[string]bool
	TypesError    string
	// Errors are those that belong to no field.
	Errors []string
}

// formField is a field of the form.
type formField struct {
	Name, Label, Hint, Value, Error string
	// Long fields have a value in each line. Options are the values of a list.
	Long    bool
	Options []string
	// location is where the value is in the spec, with the separator of JSON paths.
	location string
}

// companyFields returns the fields without their values.
func companyFields() []formField {
	return []formField{
		{Name: "displayName", Label: "Name", Hint: "For people. Empty: the name of the resource.", location: "spec.displayName"},
		{Name: "domains", Label: "Domains", Hint: "One in each line. Subdomains are included.", Long: true, location: "spec.domains"},
		{Name: "seeds", Label: "Seeds and pinned URLs", Hint: "One URL in each line. A type after it pins the page: https://example.com/privacy privacy_policy", Long: true, location: "spec.seeds"},
		{Name: "tags", Label: "Tags", Hint: "Separated by spaces.", location: "tags"},
		{Name: "cron", Label: "Schedule", Hint: `Five fields: "30 2 * * *" is every night at 02:30. Or @daily, @weekly, @monthly. Empty: none.`, location: "spec.schedule.cron"},
		{Name: "timeZone", Label: "Time zone", Hint: "Such as Europe/Paris. Empty: Etc/UTC.", location: "spec.schedule.timeZone"},
		{Name: "cooldown", Label: "Minimum time between two crawls", Hint: "Such as 6h.", location: "spec.cooldown"},
		{Name: "maxPages", Label: "Maximum number of pages", Hint: "Empty: the setting of the process, or 500.", location: "spec.crawl.maxPages"},
		{Name: "render", Label: "Render pages in a browser", Options: []string{"", string(v1alpha1.RenderNever), string(v1alpha1.RenderAuto), string(v1alpha1.RenderAlways)}, location: "spec.crawl.render"},
		{Name: "offSite", Label: "Documents on other domains", Options: []string{"", string(v1alpha1.OffSiteLinked), string(v1alpha1.OffSiteNever)}, location: "spec.crawl.offSite"},
		{Name: "languages", Label: "Preferred languages", Hint: "Separated by spaces, the most preferred first: en pt-BR", location: "spec.crawl.languages"},
		{Name: "allow", Label: "Paths to crawl", Hint: "One pattern in each line, such as /legal/. Empty: all.", Long: true, location: "spec.paths.allow"},
		{Name: "deny", Label: "Paths to skip", Hint: "One pattern in each line.", Long: true, location: "spec.paths.deny"},
		{Name: "deletionPolicy", Label: "Documents, when the company is deleted", Options: []string{string(v1alpha1.DeletionRetain), string(v1alpha1.DeletionDelete)}, location: "spec.deletionPolicy"},
	}
}

// valuesOf returns the values of the fields for a company.
func valuesOf(c *v1alpha1.Company) map[string]string {
	spec := &c.Spec
	tags := service.TagsOf(c)
	slices.Sort(tags)
	out := map[string]string{
		"displayName": spec.DisplayName, "domains": joined(spec.Domains, "\n"), "tags": strings.Join(tags, " "), "deletionPolicy": string(spec.DeletionPolicy),
	}
	var seeds []string
	for _, seed := range spec.Seeds {
		seeds = append(seeds, strings.TrimSpace(seed.URL+" "+string(seed.Type)))
	}
	out["seeds"] = strings.Join(seeds, "\n")
	if spec.Schedule != nil {
		out["cron"], out["timeZone"] = spec.Schedule.Cron, spec.Schedule.TimeZone
	}
	if spec.Cooldown != nil {
		out["cooldown"] = spec.Cooldown.Duration.String()
	}
	if l := spec.Crawl; l != nil {
		if l.MaxPages != nil {
			out["maxPages"] = strconv.Itoa(int(*l.MaxPages))
		}
		out["render"], out["offSite"], out["languages"] = string(l.Render), string(l.OffSite), joined(l.Languages, " ")
	}
	if spec.Paths != nil {
		out["allow"], out["deny"] = joined(spec.Paths.Allow, "\n"), joined(spec.Paths.Deny, "\n")
	}
	return out
}

func joined[T ~string](values []T, separator string) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return strings.Join(out, separator)
}

// newEditData returns the form with values.
func newEditData(name, version string, value func(field string) string, expected []string) editData {
	d := editData{Name: name, Version: version, Fields: companyFields(), Types: knownTypes(), Expected: map[string]bool{}}
	for i := range d.Fields {
		d.Fields[i].Value = value(d.Fields[i].Name)
	}
	for _, t := range expected {
		d.Expected[t] = true
	}
	return d
}

// knownTypes returns the types that a company can expect, sorted.
func knownTypes() []string { return slices.Sorted(maps.Keys(doctype.OTAName)) }

// generationOf returns the generation of the spec of a company as text.
func generationOf(c *v1alpha1.Company) string { return strconv.FormatInt(c.Generation, 10) }

func (s *Server) editPage(v *visit) (page, error) {
	c, err := s.o.Services.Companies.Get(v.Context(), v.Caller, v.Path("name"))
	if err != nil {
		return page{}, err
	}
	values := valuesOf(c)
	expected := strings.Fields(joined(c.Spec.ExpectedTypes, " "))
	d := newEditData(c.Name, generationOf(c), func(field string) string { return values[field] }, expected)
	return page{Title: "Edit " + c.Name, Nav: "companies", Body: d}, nil
}

// saveCompany changes a company. Invalid values are shown at their fields.
func (s *Server) saveCompany(v *visit) (outcome, error) {
	patch, err := json.Marshal(patchOfForm(v))
	if err != nil {
		return outcome{}, fmt.Errorf("encode the settings of company %s: %w", v.Path("name"), err)
	}
	_, err = s.o.Services.Companies.Patch(v.Context(), v.Caller, v.Path("name"), patch, func(current *v1alpha1.Company) error {
		if version := v.Form("version"); version != "" && version != generationOf(current) {
			return problem.New(problem.Conflict, "the settings of company %s changed since the form was opened; open it again", current.Name)
		}
		return nil
	})
	if err == nil {
		return back(v, "Saved the settings."), nil
	}
	var p *problem.Problem
	if !errors.As(err, &p) || p.Code != problem.InvalidValue {
		return outcome{}, err
	}
	d := newEditData(v.Path("name"), v.Form("version"), v.Form, v.PostForm["expectedTypes"])
	d.place(p)
	return outcome{Show: &page{Title: "Edit " + d.Name, Nav: "companies", Body: d}}, nil
}

// place shows the errors of a problem at their fields.
func (d *editData) place(p *problem.Problem) {
	fields := p.Fields
	if len(fields) == 0 {
		d.Errors = append(d.Errors, p.Detail)
	}
	for _, e := range fields {
		location := strings.TrimPrefix(e.Location, "body.")
		i := slices.IndexFunc(d.Fields, func(f formField) bool {
			return location == f.location || strings.HasPrefix(location, f.location+"[") || strings.HasPrefix(location, f.location+".")
		})
		if i >= 0 && strings.Contains(e.Message, "must be of type integer") {
			e.Message = "must be a whole number"
		}
		switch {
		case i >= 0 && d.Fields[i].Error == "":
			d.Fields[i].Error = e.Message
		case strings.HasPrefix(location, "spec.expectedTypes"):
			d.TypesError = e.Message
		case i < 0:
			d.Errors = append(d.Errors, location+": "+e.Message)
		}
	}
}

// patchOfForm returns the merge patch that the form describes. It leaves the settings that the
// form does not show as they are.
func patchOfForm(v *visit) map[string]any {
	orNull := func(text string) any {
		if text == "" {
			return nil
		}
		return text
	}
	listOrNull := func(values []string) any {
		if len(values) == 0 {
			return nil
		}
		return values
	}
	var schedule any
	if cron := v.Form("cron"); cron != "" {
		schedule = map[string]any{"cron": cron, "timeZone": orNull(v.Form("timeZone"))}
	}
	var maxPages any
	if text := v.Form("maxPages"); text != "" {
		maxPages = text // the schema says that it is no number
		if n, err := strconv.Atoi(text); err == nil {
			maxPages = n
		}
	}
	var seeds []map[string]string
	for line := range strings.Lines(v.Form("seeds")) {
		url, docType, _ := strings.Cut(strings.TrimSpace(line), " ")
		if url == "" {
			continue
		}
		seed := map[string]string{"url": url}
		if docType = strings.TrimSpace(docType); docType != "" {
			seed["type"] = docType
		}
		seeds = append(seeds, seed)
	}
	return map[string]any{"tags": strings.Fields(v.Form("tags")), "spec": map[string]any{
		"displayName": orNull(v.Form("displayName")), "domains": strings.Fields(v.Form("domains")), "seeds": seeds, "schedule": schedule,
		"cooldown": orNull(v.Form("cooldown")), "deletionPolicy": orNull(v.Form("deletionPolicy")), "expectedTypes": v.PostForm["expectedTypes"],
		"crawl": map[string]any{"maxPages": maxPages, "render": orNull(v.Form("render")), "offSite": orNull(v.Form("offSite")), "languages": listOrNull(strings.Fields(v.Form("languages")))},
		"paths": map[string]any{"allow": listOrNull(strings.Fields(v.Form("allow"))), "deny": listOrNull(strings.Fields(v.Form("deny")))},
	}}
}
