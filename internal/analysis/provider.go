// Package analysis calls language models. It currently only checks whether the configured
// provider is reachable.
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

// Provider is the configuration of an LLM service. The zero value is not configured.
type Provider struct {
	// OpenAIKey and OpenAIBaseURL are for OpenAI or an OpenAI-compatible service.
	OpenAIKey, OpenAIBaseURL string
	// AnthropicKey is for Anthropic. It is used if OpenAIKey is empty.
	AnthropicKey string
}

// ErrNotConfigured reports that the provider has no API key.
var ErrNotConfigured = errors.New("neither OPENAI_API_KEY nor ANTHROPIC_API_KEY is set")

// checkTimeout limits a check.
const checkTimeout = 15 * time.Second

// anthropicModels is the endpoint that lists models
// (docs.anthropic.com/en/api/models-list).
const anthropicModels = "https://api.anthropic.com/v1/models?limit=1"

// Check lists the models of the service and returns a description of the service. It takes at
// most 15 s. It returns ErrNotConfigured if the Provider has no API key. Errors do not contain
// API keys.
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
			return "", fmt.Errorf("list models of %s: %w", cfg.BaseURL, p.redacted(err))
		}
		return fmt.Sprintf("%s offers %d models", cfg.BaseURL, len(models.Models)), nil
	case p.AnthropicKey != "":
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, anthropicModels, nil)
		if err != nil {
			return "", fmt.Errorf("list models of Anthropic: %w", err)
		}
		req.Header.Set("x-api-key", p.AnthropicKey)
		req.Header.Set("anthropic-version", "2023-06-01")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return "", fmt.Errorf("list models of Anthropic: %w", p.redacted(err))
		}
		defer func() { _ = resp.Body.Close() }()
		if resp.StatusCode != http.StatusOK {
			return "", fmt.Errorf("list models of Anthropic: status %s; check ANTHROPIC_API_KEY", resp.Status)
		}
		return "api.anthropic.com is reachable", nil
	}
	return "", ErrNotConfigured
}

// redacted returns err with the API keys replaced. The result wraps err only if err contains
// no key.
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
