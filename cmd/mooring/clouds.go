package main

import (
	"bytes"
	"log/slog"
	"os"
	"time"

	"mooring/cloud"
	"mooring/cloud/aws"
	"mooring/cloud/azure"
	"mooring/cloud/digitalocean"
	"mooring/cloud/google"
	"mooring/cloud/oracle"
	"mooring/secret"
)

// cloudSettings are what an operator says about clouds.
type cloudSettings struct {
	digitalOceanClient string // ID of the OAuth application at DigitalOcean
	digitalOceanSecret string // file with its secret
}

func (s *settings) cloudFlags(v *cloudSettings) {
	s.StringVar(&v.digitalOceanClient, "digitalocean-client-id", "", "client ID of an OAuth application at DigitalOcean; without it, Mooring registers itself there")
	s.StringVar(&v.digitalOceanSecret, "digitalocean-client-secret-file", "", "file with the client secret of that application; without it, Mooring is a public client")
	s.fromEnv("digitalocean-client-id", "digitalocean-client-secret-file")
}

// longestClientSecret is more than any client secret has, in bytes.
const longestClientSecret = 4096

// clientSecret reads the secret of the application at DigitalOcean.
func (v cloudSettings) clientSecret() (secret.Text, error) {
	if v.digitalOceanSecret == "" {
		return secret.Text{}, nil
	}
	if v.digitalOceanClient == "" {
		return secret.Text{}, usagef("--digitalocean-client-secret-file goes with --digitalocean-client-id")
	}
	text, err := os.ReadFile(v.digitalOceanSecret)
	if err != nil {
		return secret.Text{}, usagef("--digitalocean-client-secret-file: %w", err)
	}
	if text = bytes.TrimSpace(text); len(text) == 0 || len(text) > longestClientSecret {
		return secret.Text{}, usagef("--digitalocean-client-secret-file: %s holds no client secret", v.digitalOceanSecret)
	}
	return secret.NewText(string(text)), nil
}

// servedClouds are the clouds that can be linked. Each is one line.
func servedClouds(v cloudSettings, clientSecret secret.Text, a *azure.Azure, log *slog.Logger) cloud.Registry {
	return registryOf(
		a,
		aws.New(aws.Options{Now: time.Now, Log: log}),
		google.New(google.Options{Now: time.Now, Log: log}),
		oracle.New(oracle.Options{Now: time.Now, Log: log}),
		digitalocean.New(digitalocean.Options{Now: time.Now, Log: log, ClientID: v.digitalOceanClient, ClientSecret: clientSecret}),
	)
}

// registryOf holds clouds by their keys.
func registryOf(clouds ...cloud.Cloud) cloud.Registry {
	all := cloud.Registry{}
	for _, c := range clouds {
		all[c.Describe().Key] = c
	}
	return all
}
