package dashboard

import (
	"strings"
	"time"

	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// usageDays is the number of days of the usage that the page shows.
const usageDays = 30

// systemData is what the page of the system shows.
type systemData struct {
	Health service.HealthReport
	Totals service.Totals
	Usage  service.Usage
	Size   service.StoreSize
	Bars   []usageBar
}

// workersData is what the page of the workers shows.
type workersData struct{ service.Workers }

// settingsData is what the page of the settings shows.
type settingsData []service.Setting

// storeSize returns the size of the store in words.
func storeSize(s service.StoreSize) string {
	text := when(s.Partial, "more than ") + byteSize(s.Bytes)
	if s.Files > 0 {
		text += " in " + plural(s.Files, "file", "files")
	}
	if s.Indexes > 0 {
		text += ", of which " + byteSize(s.Indexes) + " are indexes"
	}
	return text
}

// storeGrowth returns by how much the store has grown, in words.
func storeGrowth(s service.StoreSize) string {
	if s.Growth < 0 {
		return "smaller by " + byteSize(-s.Growth)
	}
	return byteSize(s.Growth)
}

// usageBar is a bar of the chart of fetched pages.
type usageBar struct{ X, Y, Height int }

// The size of the chart of usage.
const (
	usageHeight = 80
	usageStep   = 20
)

func registerSystem(s *Server) {
	s.view("GET /system", s.systemPage)
	s.viewFor(store.ScopeAdmin, "GET /audit", s.auditPage)
	s.view("GET /system/workers", func(v *visit) (page, error) {
		w, err := s.o.Services.System.Workers(v.Context(), v.Caller)
		return page{Title: "Workers", Nav: "system", Body: workersData{w}}, err
	})
	s.viewFor(store.ScopeAdmin, "GET /system/settings", func(v *visit) (page, error) {
		rows, err := s.o.Services.System.Settings(v.Context(), v.Caller)
		return page{Title: "Settings", Nav: "system", Body: settingsData(rows)}, err
	})
}

func (s *Server) systemPage(v *visit) (page, error) {
	var d systemData
	var err error
	if d.Health, err = s.o.Services.Health.Report(v.Context(), v.Caller); err != nil {
		return page{}, err
	}
	if d.Totals, err = s.o.Services.Statistics.Totals(v.Context(), v.Caller); err != nil {
		return page{}, err
	}
	to := s.o.Now().UTC().Truncate(24 * time.Hour)
	if d.Usage, err = s.o.Services.Statistics.Usage(v.Context(), v.Caller, to.AddDate(0, 0, 1-usageDays), to); err != nil {
		return page{}, err
	}
	if d.Size, err = s.o.Services.System.Size(v.Context(), v.Caller); err != nil {
		return page{}, err
	}
	most := int64(1)
	for _, day := range d.Usage.Days {
		most = max(most, day.Pages)
	}
	for i, day := range d.Usage.Days {
		h := int(day.Pages * usageHeight / most)
		if day.Pages > 0 {
			h = max(h, 1)
		}
		d.Bars = append(d.Bars, usageBar{X: i * usageStep, Y: usageHeight - h, Height: h})
	}
	return page{Title: "System", Nav: "system", Body: d}, nil
}

// auditData is what the audit log shows.
type auditData struct {
	Actor, Action string
	Items         []store.AuditEntry
	Pager         pager
}

func (s *Server) auditPage(v *visit) (page, error) {
	d := auditData{Actor: v.Query("actor"), Action: v.Query("action")}
	items, next, err := s.o.Services.AuditLog.List(v.Context(), v.Caller, store.AuditQuery{
		Actor: d.Actor, Action: strings.TrimSpace(d.Action), ListOptions: store.ListOptions{Limit: 50, Continue: v.Query("cursor")},
	})
	d.Items, d.Pager = items, newPager(v, next)
	return page{Title: "Audit log", Nav: "system", Body: d}, err
}
