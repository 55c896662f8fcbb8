package vendorclient

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oracle/oci-go-sdk/v65/common"
	"github.com/oracle/oci-go-sdk/v65/identity"

	"mooring/cloud/oracle"
	"mooring/cloud/oracle/oraclesim"
)

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newKey(t testing.TB) (key *rsa.PrivateKey, private, public string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	ok(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	ok(t, err)
	private = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	der, err = x509.MarshalPKIXPublicKey(&key.PublicKey)
	ok(t, err)
	return key, private, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// client is Oracle's client, signed in to a tenancy as a user with this key.
func client(t testing.TB, s *oraclesim.Simulator, linked oraclesim.Linked, private, fingerprint string) identity.IdentityClient {
	t.Helper()
	provider := common.NewRawConfigurationProvider(linked.Tenancy, linked.User, linked.Region, fingerprint, private, nil)
	c, err := identity.NewIdentityClientWithConfigurationProvider(provider)
	ok(t, err)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.CA(), MinVersion: tls.VersionTLS12}, DialContext: s.Dial}
	t.Cleanup(transport.CloseIdleConnections)
	c.HTTPClient = &http.Client{Transport: transport, Timeout: 10 * time.Second}
	return c
}

func fingerprintOf(t testing.TB, s *oraclesim.Simulator, linked oraclesim.Linked) string {
	t.Helper()
	out, failed, err := s.CloudShell(t.Context(), linked.Tenancy, "oci iam user api-key list --user-id "+linked.User+" --query 'data[0].fingerprint' --raw-output")
	if err != nil || failed {
		t.Fatal(out, err)
	}
	return strings.TrimSpace(out)
}

func TestOraclesSDKIsAccepted(t *testing.T) {
	s, err := oraclesim.Start(oraclesim.Options{})
	ok(t, err)
	defer s.Close() //nolint:errcheck // the tests have ended
	for _, story := range oraclesim.Stories() {
		if !slices.Contains([]string{"Harbor", "Far Shore", "Free Port", "Navy Yard", "Crown Dock"}, story.Name) {
			continue
		}
		_, private, public := newKey(t)
		linked, err := s.Link(story.ID, "mooring", public)
		ok(t, err)
		fingerprint := fingerprintOf(t, s, linked)
		c, ctx := client(t, s, linked, private, fingerprint), context.Background()
		keys, err := c.ListApiKeys(ctx, identity.ListApiKeysRequest{UserId: &linked.User})
		if err != nil || len(keys.Items) != 1 || *keys.Items[0].Fingerprint != fingerprint || keys.Items[0].LifecycleState != identity.ApiKeyLifecycleStateActive {
			t.Fatalf("%s: %+v, %v", story.Name, keys.Items, err)
		}
		tenancy, err := c.GetTenancy(ctx, identity.GetTenancyRequest{TenancyId: &linked.Tenancy})
		if err != nil || *tenancy.Id != story.ID || *tenancy.Name == "" {
			t.Errorf("%s: %+v, %v", story.Name, tenancy, err)
		}
		regions, err := c.ListRegionSubscriptions(ctx, identity.ListRegionSubscriptionsRequest{TenancyId: &linked.Tenancy})
		if err != nil || *regions.Items[0].RegionName != story.Home || !*regions.Items[0].IsHomeRegion || regions.Items[0].Status != identity.RegionSubscriptionStatusReady {
			t.Errorf("%s: %+v, %v", story.Name, regions.Items, err)
		}
		policies, err := c.ListPolicies(ctx, identity.ListPoliciesRequest{CompartmentId: &linked.Tenancy})
		if err != nil || len(policies.Items) != 3 {
			t.Errorf("%s: %d policies, %v", story.Name, len(policies.Items), err)
		}
		memberships, err := c.ListUserGroupMemberships(ctx, identity.ListUserGroupMembershipsRequest{CompartmentId: &linked.Tenancy, UserId: &linked.User})
		if err != nil || len(memberships.Items) != 1 || *memberships.Items[0].UserId != linked.User {
			t.Errorf("%s: %+v, %v", story.Name, memberships.Items, err)
		}
		// With a body, which is signed as well.
		_, _, other := newKey(t)
		added, err := c.UploadApiKey(ctx, identity.UploadApiKeyRequest{UserId: &linked.User, CreateApiKeyDetails: identity.CreateApiKeyDetails{Key: &other}})
		if err != nil || strings.TrimSpace(*added.KeyValue) != strings.TrimSpace(other) {
			t.Fatalf("%s: %+v, %v", story.Name, added, err)
		}
		_, err = c.DeleteApiKey(ctx, identity.DeleteApiKeyRequest{UserId: &linked.User, Fingerprint: added.Fingerprint})
		ok(t, err)
	}
}

func TestOraclesSDKIsRefused(t *testing.T) {
	s, err := oraclesim.Start(oraclesim.Options{})
	ok(t, err)
	defer s.Close() //nolint:errcheck // the tests have ended
	_, private, public := newKey(t)
	linked, err := s.Link(oraclesim.Working, "mooring", public)
	ok(t, err)
	fingerprint := fingerprintOf(t, s, linked)
	_, otherPrivate, otherPublic := newKey(t)
	ask := func(linked oraclesim.Linked, private, fingerprint string) error {
		_, err := client(t, s, linked, private, fingerprint).ListApiKeys(context.Background(), identity.ListApiKeysRequest{UserId: &linked.User})
		return err
	}
	stranger := linked
	stranger.User = strings.Replace(linked.User, "..aaaaaaaa", "..aaaaaaab", 1)
	elsewhere := linked
	elsewhere.Region = "eu-zurich-1"
	for name, err := range map[string]error{
		"another key":         ask(linked, otherPrivate, fingerprint),
		"another fingerprint": ask(linked, private, strings.Repeat("00:", 15)+"00"),
		"an unknown user":     ask(stranger, private, fingerprint),
		"a foreign region":    ask(elsewhere, private, fingerprint),
		"an unknown tenancy":  ask(oraclesim.Linked{Tenancy: stranger.User, User: linked.User, Region: linked.Region}, private, fingerprint),
		"another realm":       ask(oraclesim.Linked{Tenancy: linked.Tenancy, User: linked.User, Region: "eu-frankfurt-2"}, private, fingerprint),
	} {
		var refused common.ServiceError
		if !errors.As(err, &refused) || refused.GetHTTPStatusCode() != 401 || refused.GetCode() != "NotAuthenticated" || refused.GetOpcRequestID() == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := client(t, s, linked, private, fingerprint)
	for name, key := range map[string]string{"a certificate": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "no PEM": "ssh-rsa AAAA"} {
		_, err := c.UploadApiKey(context.Background(), identity.UploadApiKeyRequest{UserId: &linked.User, CreateApiKeyDetails: identity.CreateApiKeyDetails{Key: &key}})
		var refused common.ServiceError
		if !errors.As(err, &refused) || refused.GetCode() != "InvalidParameter" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for n, want := range []string{"", "", "LimitExceeded"} {
		_, _, key := newKey(t)
		if n == 0 {
			key = otherPublic
		}
		_, err := c.UploadApiKey(context.Background(), identity.UploadApiKeyRequest{UserId: &linked.User, CreateApiKeyDetails: identity.CreateApiKeyDetails{Key: &key}})
		var refused common.ServiceError
		if (want == "") != (err == nil) || err != nil && (!errors.As(err, &refused) || refused.GetCode() != want) {
			t.Errorf("key %d: %v", n+2, err)
		}
	}
}

// The table of regions and hosts is Oracle's.
func TestTheRegionsAreThoseOfTheSDK(t *testing.T) {
	hosts := map[string]bool{}
	for _, realm := range oracle.Realms() {
		for region, key := range realm.Regions {
			if got := common.StringToRegion(strings.ToLower(key)); string(got) != region {
				t.Errorf("the SDK takes %s for %s, not %s", key, got, region)
			}
			if id, err := common.StringToRegion(region).RealmID(); err != nil || id != realm.Key {
				t.Errorf("%s is in %s, not %s: %v", region, id, realm.Key, err)
			}
			host := strings.TrimPrefix(common.StringToRegion(region).EndpointForTemplate("identity", "https://identity.{region}.oci.{secondLevelDomain}"), "https://")
			if got := realm.Host(region); got != host {
				t.Errorf("%s answers at %s, not at %s", region, host, got)
			}
			hosts[host] = true
		}
	}
	if len(hosts) < 80 {
		t.Errorf("%d hosts", len(hosts))
	}
}
