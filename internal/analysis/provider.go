// Package analysis speaks to language models. So far it only tells whether the
// configured one answers.
package analysis

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	openai "github.com/sashabaranov/go-openai"
)

// Provider is a configured language model service; the zero value is none.
type Provider struct {
	// OpenAIKey and OpenAIBaseURL are of OpenAI or a service that speaks as it does.
	OpenAIKey, OpenAIBaseURL string
	// AnthropicKey is of Anthropic; it is used where there is no OpenAIKey.
	AnthropicKey string
}

// ErrNotConfigured says that there is no key.
var ErrNotConfigured = errors.New("no OPENAI_API_KEY and no ANTHROPIC_API_KEY")

// checkTimeout bounds a check.
const checkTimeout = 15 * time.Second

// anthropicModels lists models (docs.anthropic.com/en/api/models-list).
const anthropicModels = "https://api.anthropic.com/v1/models?limit=1"

// Check asks the service for its models and says which service answered. No error
// shows the key.
func (p Provider) Check(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	switch {
	case p.OpenAIKey != "":
		cfg := openai.DefaultConfig(p.OpenAIKey)
		if p.OpenAIBaseURL != "" {
			cfg.BaseURL = strings.TrimRight(p.OpenAIBaseURL, "/")
		}
		models, err := openai.NewClientWithConfig(cfg).ListModels(ctx)
		if err != nil {
			return "", fmt.Errorf("list the models of %s: %w", cfg.BaseURL, p.redacted(err))
		}
		return fmt.Sprintf("%s answers with %d models", cfg.BaseURL, len(models.Models)), nil
	case p.AnthropicKey != "":
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, anthropicModels, nil)
		if err != nil {
			return "", fmt.Errorf("ask Anthropic: %w", err)
		}
		req.Header.Set("x-api-key", p.AnthropicKey)
		req.Header.Set("anthropic-version", "2023-06-01")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return "", fmt.Errorf("ask Anthropic: %w", p.redacted(err))
		}
		defer func() { _ = resp.Body.Close() }()
		if resp.StatusCode != http.StatusOK {
			return "", fmt.Errorf("ask Anthropic: it answered %s: check ANTHROPIC_API_KEY", resp.Status)
		}
		return "api.anthropic.com answers", nil
	}
	return "", ErrNotConfigured
}

func (p Provider) redacted(err error) error {
	text := err.Error()
	clean := text
	for _, secret := range []string{p.OpenAIKey, p.AnthropicKey} {
		if secret != "" {
			clean = strings.ReplaceAll(clean, secret, "***")
		}
	}
	if clean == text {
		return err
	}
	return errors.New(clean)
}
