package service

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
)

// WriteCompaniesCSV writes companies as CSV: a header of CompanyColumns and ExportedColumns, and
// one row for each. An import reads it.
func WriteCompaniesCSV(w io.Writer, all []*v1alpha1.Company) error {
	out := csv.NewWriter(w)
	rows := [][]string{slices.Concat(CompanyColumns, ExportedColumns)}
	for _, c := range all {
		rows = append(rows, companyRecord(c))
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("write the companies as CSV: %w", err)
	}
	return nil
}

// companyRecord returns the cells of a company.
func companyRecord(c *v1alpha1.Company) []string {
	schedule := v1alpha1.Schedule{}
	if c.Spec.Schedule != nil {
		schedule = *c.Spec.Schedule
	}
	var domains []string
	for _, d := range c.Spec.Domains {
		domains = append(domains, string(d))
	}
	tags := TagsOf(c)
	slices.Sort(tags)
	state, _ := StateOf(c)
	cells := []string{
		c.Name, "", c.Spec.DisplayName, strings.Join(domains, " "), strings.Join(tags, " "), schedule.Cron, schedule.TimeZone,
		state, strconv.Itoa(int(c.Status.DocumentCount)), timeCell(c.Status.LastChangeTime), timeCell(c.Status.NextCrawlTime),
	}
	for i := range cells {
		cells[i] = PlainCell(cells[i])
	}
	return cells
}

func timeCell(t *metav1.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
