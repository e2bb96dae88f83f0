package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/timestamp"
)

// healthPath is the only route outside of /v1 that is an operation. A process whose API is not
// available yet answers it as a probe.
const healthPath = "/health"

// Health is the health of the process.
type Health struct {
	Status  string         `json:"status" enum:"ok,degraded,unavailable" doc:"degraded: the disk is nearly full. unavailable: the store does not respond."`
	Details *HealthDetails `json:"details,omitempty" doc:"Only with a key of the scope read."`
}

// HealthDetails is what people need to judge a process.
type HealthDetails struct {
	Version       string       `json:"version"`
	Store         StoreHealth  `json:"store"`
	LanguageModel string       `json:"languageModel,omitempty" doc:"The configured language model. Absent if there is none."`
	Disk          *DiskSpace   `json:"disk,omitempty" doc:"The file system of the data folder. Absent if the process stores nothing on a disk."`
	Memory        MemoryUse    `json:"memory"`
	Queue         *QueueHealth `json:"queue,omitempty" doc:"Absent if the store does not respond."`
}

// StoreHealth is the result of a check of the store.
type StoreHealth struct {
	Reachable bool    `json:"reachable"`
	Latency   float64 `json:"latencySeconds" doc:"How long a write and a read took, at most 2 seconds ago."`
}

// DiskSpace is the space of a file system.
type DiskSpace struct {
	Free  uint64 `json:"freeBytes" doc:"What the process can use."`
	Total uint64 `json:"totalBytes"`
}

// MemoryUse is the memory of the process.
type MemoryUse struct {
	Used uint64 `json:"usedBytes" doc:"What the process has reserved from the system."`
}

// QueueHealth describes the queue of crawls.
type QueueHealth struct {
	Pending     int              `json:"pending" doc:"Crawls that wait for a worker."`
	More        bool             `json:"more" doc:"Whether there are more than pending."`
	LastSuccess *SuccessfulCrawl `json:"lastSuccess,omitempty" doc:"The newest crawl that is complete. Absent if none of the newest ones is."`
}

// SuccessfulCrawl is a crawl that is complete.
type SuccessfulCrawl struct {
	ID         string          `json:"id"`
	Company    string          `json:"company"`
	FinishedAt *timestamp.Time `json:"finishedAt,omitempty"`
}

var healthTypes = []string{typeJSON, typeText}

// registerHealth registers the routes of the health of the process and of what it depends on.
func registerHealth(s *Server, health *service.Health) {
	register(s, Operation{
		ID: "getHealth", Method: http.MethodGet, Path: healthPath, Tag: "health", Scope: public, KeyOptional: true,
		Summary: "Read the health of the process",
		Description: "The status is 200 while the process runs, so that the route can be a liveness probe; /readyz fails if the store does not respond. " +
			"By the header Accept: JSON, or plain text for people. Without a key of the scope read, the response has only the status.",
		Responses: negotiated(s, Health{}, healthTypes, "The health of the process."),
	}, func(ctx context.Context, caller service.Caller, _ *struct{}) (*rendition, error) {
		mediaType, err := acceptedType(ctx, healthTypes)
		if err != nil {
			return nil, err
		}
		r, err := health.Report(ctx, caller)
		if err != nil {
			return nil, err
		}
		h := newHealth(r)
		if mediaType == typeText {
			return newRendition(typeText, "no-store", []byte(h.text())), nil
		}
		return jsonRendition("no-store", h)
	})
}

func newHealth(r service.HealthReport) Health {
	h := Health{Status: string(r.Status)}
	if r.Details == nil {
		return h
	}
	d := r.Details
	h.Details = &HealthDetails{
		Version: d.Process.Version, LanguageModel: d.Process.LanguageModel, Memory: MemoryUse{d.Memory},
		Store: StoreHealth{Reachable: d.Store.Reachable, Latency: d.Store.Latency.Seconds()},
	}
	if d.Disk != nil {
		h.Details.Disk = &DiskSpace{Free: d.Disk.Free, Total: d.Disk.Total}
	}
	if q := d.Queue; q != nil {
		h.Details.Queue = &QueueHealth{Pending: q.Pending, More: q.More}
		if last := q.LastSuccess; last.ID != "" {
			h.Details.Queue.LastSuccess = &SuccessfulCrawl{ID: last.ID, Company: last.Company, FinishedAt: timestamp.Optional(last.FinishedAt)}
		}
	}
	return h
}

// text returns the health for people, a fact a line.
func (h Health) text() string {
	var out strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&out, "%-15s %s\n", name+":", fmt.Sprintf(format, args...))
	}
	line("status", "%s", h.Status)
	d := h.Details
	if d == nil {
		return out.String()
	}
	line("version", "%s", d.Version)
	if d.Store.Reachable {
		line("store", "reachable in %.1f ms", d.Store.Latency*1000)
	} else {
		line("store", "does not respond")
	}
	if d.LanguageModel == "" {
		line("language model", "not configured")
	} else {
		line("language model", "%s", d.LanguageModel)
	}
	if d.Disk != nil {
		line("disk", "%.1f of %.1f GiB free", gib(d.Disk.Free), gib(d.Disk.Total))
	}
	line("memory", "%.2f GiB", gib(d.Memory.Used))
	if q := d.Queue; q != nil {
		more := ""
		if q.More {
			more = " or more"
		}
		line("pending crawls", "%d%s", q.Pending, more)
		line("last success", "%s", q.LastSuccess.text())
	}
	return out.String()
}

func (c *SuccessfulCrawl) text() string {
	switch {
	case c == nil:
		return "none"
	case c.FinishedAt == nil:
		return c.Company
	}
	return c.Company + " at " + c.FinishedAt.UTC().Format(time.RFC3339)
}

// gib converts bytes to GiB.
func gib(bytes uint64) float64 { return float64(bytes) / (1 << 30) }
