package httpapi

import (
	"encoding/json"
	"fmt"
	"time"
)

// jsonFeedDocument is a JSON Feed (https://www.jsonfeed.org/version/1.1/). It has no feed_url,
// which must be absolute and would depend on the Host header.
type jsonFeedDocument struct {
	Version string           `json:"version"`
	Title   string           `json:"title"`
	Authors []jsonFeedAuthor `json:"authors"`
	Items   []jsonFeedItem   `json:"items"`
}

type jsonFeedAuthor struct {
	Name string `json:"name"`
}

type jsonFeedItem struct {
	ID            string   `json:"id"`
	URL           string   `json:"url,omitempty"`
	Title         string   `json:"title"`
	ContentText   string   `json:"content_text"`
	DatePublished string   `json:"date_published"`
	Tags          []string `json:"tags"`
}

// encodeJSONFeed returns a JSON Feed.
func encodeJSONFeed(f feed) ([]byte, error) {
	out := jsonFeedDocument{
		Version: "https://jsonfeed.org/version/1.1", Title: feedTitle, Authors: []jsonFeedAuthor{{"Clausea Crawler"}},
		Items: make([]jsonFeedItem, 0, len(f.entries)),
	}
	for _, e := range f.entries {
		out.Items = append(out.Items, jsonFeedItem{
			ID: e.id, URL: e.link, Title: e.title, ContentText: e.text, DatePublished: e.at.Format(time.RFC3339), Tags: e.categories,
		})
	}
	b, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("encode a JSON Feed: %w", err)
	}
	return b, nil
}
