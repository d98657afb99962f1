<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.0" styleCategories="AllStyleCategories" labelsEnabled="{{ 1 if look.label else 0 }}" hasScaleBasedVisibilityFlag="0" minScale="100000000" maxScale="0" readOnly="0" simplifyDrawingHints="0" simplifyLocal="1" symbologyReferenceScale="-1">
{% include "style.xml" %}
{%- if look.geometry %}
<layerGeometryType>{{ {"Point": 0, "Line": 1, "Polygon": 2}[look.geometry] }}</layerGeometryType>
{%- endif %}
</qgis>
