package dashboard

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
)

// maxBulk is the maximum number of companies of one action: a page of the list has no more.
const maxBulk = 50

// deleteData is what the confirmation of a deletion shows.
type deleteData struct{ Companies []*v1alpha1.Company }

// selectedCompanies returns the names that the form selects.
func selectedCompanies(v *visit) ([]string, error) {
	names := slices.Compact(slices.Sorted(slices.Values(v.PostForm["company"])))
	if len(names) == 0 {
		return nil, problem.OfField("company", "select at least one company")
	}
	if len(names) > maxBulk {
		return nil, problem.OfField("company", "select at most %d companies", maxBulk)
	}
	return names, nil
}

// bulkCompanies does the same with each selected company. A company that fails does not prevent
// the others.
func (s *Server) bulkCompanies(v *visit) (outcome, error) {
	names, err := selectedCompanies(v)
	if err != nil {
		return outcome{}, err
	}
	companies := s.o.Services.Companies
	tags := strings.Fields(v.Form("tags"))
	patch := func(body string) func(context.Context, string) error {
		return func(ctx context.Context, name string) error {
			_, err := companies.Patch(ctx, v.Caller, name, []byte(body), nil)
			return err
		}
	}
	switch v.Form("do") {
	case "crawl":
		return eachCompany(v, names, "Started the crawl of", func(ctx context.Context, name string) error {
			_, err := s.o.Services.Crawls.Start(ctx, v.Caller, service.CrawlDraft{Company: name})
			return err
		})
	case "pause":
		return eachCompany(v, names, "Paused the schedule of", patch(`{"spec":{"suspend":true}}`))
	case "resume":
		return eachCompany(v, names, "Resumed the schedule of", patch(`{"spec":{"suspend":false}}`))
	case "tag", "untag":
		if len(tags) == 0 {
			return outcome{}, problem.OfField("tags", "write a tag")
		}
		return eachCompany(v, names, "Changed the tags of", func(ctx context.Context, name string) error {
			return s.changeTags(ctx, v, name, tags, v.Form("do") == "tag")
		})
	case "delete":
		return s.confirmDeletion(v, names)
	}
	return outcome{}, problem.OfField("do", "is not an action of the list")
}

// eachCompany does something with each company, and says how many succeeded and why one did not.
func eachCompany(v *visit, names []string, done string, do func(context.Context, string) error) (outcome, error) {
	succeeded, failed := 0, ""
	for _, name := range names {
		err := do(v.Context(), name)
		var p *problem.Problem
		switch {
		case err == nil:
			succeeded++
		case errors.As(err, &p) && len(names) > 1:
			if failed == "" {
				failed = fmt.Sprintf(" %s failed: %s.", name, p.Error())
			}
		default:
			return outcome{}, err
		}
	}
	return outcome{To: Base + "/companies", Notice: fmt.Sprintf("%s %s.%s", done, plural(succeeded, "company", "companies"), failed)}, nil
}

// changeTags adds tags to a company or removes them.
func (s *Server) changeTags(ctx context.Context, v *visit, name string, tags []string, add bool) error {
	c, err := s.o.Services.Companies.Get(ctx, v.Caller, name)
	if err != nil {
		return err
	}
	after := slices.DeleteFunc(service.TagsOf(c), func(tag string) bool { return slices.Contains(tags, tag) })
	if add {
		after = append(after, tags...)
	}
	slices.Sort(after)
	body, err := json.Marshal(map[string]any{"tags": slices.Compact(after)})
	if err != nil {
		return fmt.Errorf("encode the tags of company %s: %w", name, err)
	}
	_, err = s.o.Services.Companies.Patch(ctx, v.Caller, name, body, nil)
	return err
}

// confirmDeletion asks what happens to the documents of companies before it deletes them.
func (s *Server) confirmDeletion(v *visit, names []string) (outcome, error) {
	var d deleteData
	for _, name := range names {
		c, err := s.o.Services.Companies.Get(v.Context(), v.Caller, name)
		if err != nil {
			return outcome{}, err
		}
		d.Companies = append(d.Companies, c)
	}
	return outcome{Show: &page{Title: "Delete companies", Nav: "companies", Body: d}, Status: 200}, nil
}

// deleteCompanies deletes companies after the confirmation.
func (s *Server) deleteCompanies(v *visit) (outcome, error) {
	names, err := selectedCompanies(v)
	if err != nil {
		return outcome{}, err
	}
	policy := v1alpha1.DeletionPolicy(v.Form("policy"))
	if policy != v1alpha1.DeletionRetain && policy != v1alpha1.DeletionDelete {
		return outcome{}, problem.OfField("policy", "choose what happens to the documents")
	}
	return eachCompany(v, names, "Deleted", func(ctx context.Context, name string) error {
		return s.o.Services.Companies.Delete(ctx, v.Caller, name, policy, nil)
	})
}

// exportCompanies returns the companies that the filters select as a CSV file, which an import
// reads.
func (s *Server) exportCompanies(v *visit) (file, error) {
	q, err := s.companyQuery(v)
	if err != nil {
		return file{}, err
	}
	companies, err := s.o.Services.Companies.Export(v.Context(), v.Caller, q)
	if err != nil {
		return file{}, err
	}
	var b bytes.Buffer
	if err := service.WriteCompaniesCSV(&b, companies); err != nil {
		return file{}, err
	}
	return file{Name: "companies.csv", MediaType: "text/csv; charset=utf-8", Body: b.Bytes(), Attachment: true}, nil
}
