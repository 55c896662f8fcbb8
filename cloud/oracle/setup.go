package oracle

import (
	"regexp"
	"strings"

	"mooring/certificate"
)

// setup is what somebody makes in a tenancy to link it: a user with the public key, in a
// group of its own, and a policy that lets the group view the tenancy. All have the
// same name.
type setup struct {
	name      string // it needs no quotes in a command
	publicKey string // as PEM
}

var accountName = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?$`)

// newSetup names a setup after the account and the key, so that it is another one after
// the account has made a new certificate.
func newSetup(account string, c certificate.Certificate) setup {
	name := "mooring"
	if accountName.MatchString(account) {
		name += "-" + account
	}
	name += "-" + strings.ReplaceAll(c.PublicKeyFingerprint(), ":", "")[:6]
	return setup{name, strings.TrimSpace(string(c.PublicKeyPEM()))}
}

// statement is the one of the policy.
func (s setup) statement() string {
	return "Allow group " + s.name + " to inspect all-resources in tenancy"
}

func (s setup) fill(text string) string {
	return strings.NewReplacer("{name}", s.name, "{public key}", s.publicKey, "{statement}", s.statement()).Replace(text)
}

// command makes the setup in Cloud Shell and prints the tenancy, the user and the home
// region, in which Oracle makes users. It changes nothing that exists.
func (s setup) command() string {
	return s.fill(`cat > {name}.pem <<'EOF'
{public key}
EOF
home=$(oci iam region-subscription list --tenancy-id "$OCI_TENANCY" --query 'data[?"is-home-region"]."region-name" | [0]' --raw-output) &&
user=$(oci iam user create --region "$home" --compartment-id "$OCI_TENANCY" --name {name} --description 'Mooring signs in as this user.' --query data.id --raw-output) &&
group=$(oci iam group create --region "$home" --compartment-id "$OCI_TENANCY" --name {name} --description 'What Mooring can view.' --query data.id --raw-output) &&
oci iam group add-user --region "$home" --group-id "$group" --user-id "$user" > {name}.log &&
oci iam policy create --region "$home" --compartment-id "$OCI_TENANCY" --name {name} --description 'Lets Mooring view the tenancy.' \
  --statements '["{statement}"]' > {name}.log &&
oci iam user api-key upload --region "$home" --user-id "$user" --key-file {name}.pem > {name}.log &&
printf '{"tenancy": "%s", "user": "%s", "region": "%s"}\n' "$OCI_TENANCY" "$user" "$home"
`)
}

// terraform is the setup for Terraform.
func (s setup) terraform() string {
	return s.fill(`variable "tenancy_ocid" {
  type = string
}

data "oci_identity_region_subscriptions" "mooring" {
  tenancy_id = var.tenancy_ocid
}

resource "oci_identity_user" "mooring" {
  compartment_id = var.tenancy_ocid
  name           = "{name}"
  description    = "Mooring signs in as this user."
}

resource "oci_identity_group" "mooring" {
  compartment_id = var.tenancy_ocid
  name           = "{name}"
  description    = "What Mooring can view."
}

resource "oci_identity_user_group_membership" "mooring" {
  group_id = oci_identity_group.mooring.id
  user_id  = oci_identity_user.mooring.id
}

resource "oci_identity_policy" "mooring" {
  compartment_id = var.tenancy_ocid
  name           = "{name}"
  description    = "Lets Mooring view the tenancy."
  statements     = ["Allow group ${oci_identity_group.mooring.name} to inspect all-resources in tenancy"]
}

resource "oci_identity_api_key" "mooring" {
  user_id   = oci_identity_user.mooring.id
  key_value = <<EOT
{public key}
EOT
}

output "mooring" {
  value = {
    tenancy = var.tenancy_ocid
    user    = oci_identity_user.mooring.id
    region  = one([for r in data.oci_identity_region_subscriptions.mooring.region_subscriptions : r.region_name if r.is_home_region])
  }
}
`)
}

// What adds a key to a user that exists, and what removes everything of a setup. They
// run in the home region. See fill for their blanks.
const (
	uploadKey = `cat > mooring.pem <<'EOF'
{public key}
EOF
oci iam user api-key upload --user-id {user} --key-file mooring.pem`

	deleteKey = "oci iam user api-key delete --user-id {user} --fingerprint 'FINGERPRINT' --force"

	deleteAll = `name=$(oci iam user get --user-id {user} --query data.name --raw-output) &&
policy=$(oci iam policy list --compartment-id {tenancy} --name "$name" --query 'data[0].id' --raw-output) &&
group=$(oci iam group list --compartment-id {tenancy} --name "$name" --query 'data[0].id' --raw-output) &&
oci iam policy delete --policy-id "$policy" --force &&
oci iam group remove-user --group-id "$group" --user-id {user} --force &&
oci iam group delete --group-id "$group" --force &&
oci iam user delete --user-id {user} --force`
)
