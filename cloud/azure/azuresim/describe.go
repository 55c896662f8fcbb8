package azuresim

import "net/http"

// The shapes of the resource manager's answers.
type (
	subscriptionBody struct {
		ID                  string       `json:"id"`
		AuthorizationSource string       `json:"authorizationSource"`
		ManagedByTenants    []string     `json:"managedByTenants"`
		SubscriptionID      string       `json:"subscriptionId"`
		TenantID            string       `json:"tenantId"`
		DisplayName         string       `json:"displayName"`
		State               string       `json:"state"`
		Policies            policiesBody `json:"subscriptionPolicies"`
	}

	policiesBody struct {
		LocationPlacementID string `json:"locationPlacementId"`
		QuotaID             string `json:"quotaId"`
		SpendingLimit       string `json:"spendingLimit"`
	}

	locationBody struct {
		ID                  string           `json:"id"`
		Name                string           `json:"name"`
		Type                string           `json:"type"`
		DisplayName         string           `json:"displayName"`
		RegionalDisplayName string           `json:"regionalDisplayName"`
		Metadata            locationMetadata `json:"metadata"`
	}

	locationMetadata struct {
		RegionType     string `json:"regionType"`
		RegionCategory string `json:"regionCategory"`
		GeographyGroup string `json:"geographyGroup"`
	}

	permissionBody struct {
		Actions        []string `json:"actions"`
		NotActions     []string `json:"notActions"`
		DataActions    []string `json:"dataActions"`
		NotDataActions []string `json:"notDataActions"`
	}

	providerBody struct {
		ID                 string   `json:"id"`
		Namespace          string   `json:"namespace"`
		RegistrationPolicy string   `json:"registrationPolicy"`
		RegistrationState  string   `json:"registrationState"`
		ResourceTypes      []string `json:"resourceTypes"`
	}

	listBody[T any] struct {
		Value    []T    `json:"value"`
		NextLink string `json:"nextLink,omitempty"`
	}
)

func describeSubscription(s *subscription) reply {
	return jsonReply(http.StatusOK, subscriptionBody{
		ID:                  "/subscriptions/" + s.id,
		AuthorizationSource: "RoleBased",
		ManagedByTenants:    []string{},
		SubscriptionID:      s.id,
		TenantID:            s.directory.id,
		DisplayName:         s.name,
		State:               s.state,
		Policies: policiesBody{
			LocationPlacementID: "Public_2014-09-01",
			QuotaID:             "PayAsYouGo_2014-09-01",
			SpendingLimit:       "Off",
		},
	})
}

func describeLocations(s *subscription) reply {
	list := listBody[locationBody]{Value: []locationBody{}}
	for _, r := range s.environment.regions {
		list.Value = append(list.Value, locationBody{
			ID:                  "/subscriptions/" + s.id + "/locations/" + r.name,
			Name:                r.name,
			Type:                "Region",
			DisplayName:         r.display,
			RegionalDisplayName: "(" + r.geography + ") " + r.display,
			Metadata: locationMetadata{
				RegionType:     "Physical",
				RegionCategory: "Recommended",
				GeographyGroup: r.geography,
			},
		})
	}
	return jsonReply(http.StatusOK, list)
}

// describePermissions has one entry for each role: what one role denies,
// another may still allow. next is where the list goes on, or "".
func describePermissions(held []role, next string) reply {
	list := listBody[permissionBody]{Value: []permissionBody{}, NextLink: next}
	for _, r := range held {
		list.Value = append(list.Value, permissionBody{
			Actions:        orEmpty(r.actions),
			NotActions:     orEmpty(r.notActions),
			DataActions:    []string{},
			NotDataActions: []string{},
		})
	}
	return jsonReply(http.StatusOK, list)
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func describeProvider(s *subscription, p provider) reply {
	return jsonReply(http.StatusOK, providerBody{
		ID:                 "/subscriptions/" + s.id + "/providers/" + p.namespace,
		Namespace:          p.namespace,
		RegistrationPolicy: "RegistrationRequired",
		RegistrationState:  p.state,
		ResourceTypes:      []string{},
	})
}
