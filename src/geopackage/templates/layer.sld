{#- The same classes for programs that read SLD. What SLD has no word for (hatching, labels) is left out or simplified. -#}
{%- macro symbolizer(s) -%}
{%- if s.kind == "fill" -%}
<se:PolygonSymbolizer><se:Fill><se:SvgParameter name="fill">{{ s.hex }}</se:SvgParameter><se:SvgParameter name="fill-opacity">{{ s.opacity }}</se:SvgParameter></se:Fill><se:Stroke><se:SvgParameter name="stroke">{{ s.outline_hex }}</se:SvgParameter><se:SvgParameter name="stroke-width">1</se:SvgParameter>{% if s.hatched %}<se:SvgParameter name="stroke-dasharray">4 3</se:SvgParameter>{% endif %}</se:Stroke></se:PolygonSymbolizer>
{%- elif s.kind == "line" -%}
<se:LineSymbolizer><se:Stroke><se:SvgParameter name="stroke">{{ s.hex }}</se:SvgParameter><se:SvgParameter name="stroke-width">{{ s.pixels }}</se:SvgParameter>{% if s.hatched %}<se:SvgParameter name="stroke-dasharray">7 5</se:SvgParameter>{% endif %}</se:Stroke></se:LineSymbolizer>
{%- else -%}
<se:PointSymbolizer><se:Graphic><se:Mark><se:WellKnownName>{{ s.sld_shape }}</se:WellKnownName><se:Fill><se:SvgParameter name="fill">{{ "#ffffff" if s.hatched else s.hex }}</se:SvgParameter></se:Fill><se:Stroke><se:SvgParameter name="stroke">{{ s.hex if s.hatched else "#ffffff" }}</se:SvgParameter><se:SvgParameter name="stroke-width">1</se:SvgParameter></se:Stroke></se:Mark><se:Size>{{ s.pixels }}</se:Size></se:Graphic></se:PointSymbolizer>
{%- endif -%}
{%- endmacro -%}
<?xml version="1.0" encoding="UTF-8"?>
<StyledLayerDescriptor xmlns="http://www.opengis.net/sld" xmlns:ogc="http://www.opengis.net/ogc" xmlns:se="http://www.opengis.net/se" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.opengis.net/sld http://schemas.opengis.net/sld/1.1.0/StyledLayerDescriptor.xsd" version="1.1.0">
<NamedLayer>
<se:Name>{{ look.table }}</se:Name>
<UserStyle>
<se:Name>{{ look.table }}</se:Name>
<se:FeatureTypeStyle>
{%- for class in look.classes %}
<se:Rule>
<se:Name>{{ class.label }}</se:Name>
{%- if look.renderer == "graduated" %}
<ogc:Filter><ogc:And><ogc:PropertyIsGreaterThanOrEqualTo><ogc:PropertyName>{{ look.column }}</ogc:PropertyName><ogc:Literal>{{ class.from }}</ogc:Literal></ogc:PropertyIsGreaterThanOrEqualTo><ogc:PropertyIsLessThanOrEqualTo><ogc:PropertyName>{{ look.column }}</ogc:PropertyName><ogc:Literal>{{ class.to }}</ogc:Literal></ogc:PropertyIsLessThanOrEqualTo></ogc:And></ogc:Filter>
{%- elif look.renderer == "categorised" and class.value %}
<ogc:Filter><ogc:PropertyIsEqualTo><ogc:PropertyName>{{ look.column }}</ogc:PropertyName><ogc:Literal>{{ class.value }}</ogc:Literal></ogc:PropertyIsEqualTo></ogc:Filter>
{%- elif look.renderer == "categorised" %}
<se:ElseFilter/>
{%- endif %}
{{ symbolizer(class.symbol) }}
</se:Rule>
{%- endfor %}
</se:FeatureTypeStyle>
</UserStyle>
</NamedLayer>
</StyledLayerDescriptor>
